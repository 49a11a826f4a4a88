/**
 * The grammar of the command line: commands, flags, help, and what a mistake
 * says. The only module that knows yargs. Handlers are imported when their
 * command runs, so that help and mistakes load nothing heavy.
 */
import yargs, { type Argv } from 'yargs';
import { FaceweaveError, type OptionCommand, type OptionRow, optionsOf } from '../config/index.js';
import { PROGRESS_STYLES, type RawArguments } from './arguments.js';
import { nearest } from './nearest.js';
import type { Outcome } from './outcome.js';
import { PEOPLE_ACTIONS } from './people-actions.js';

/** Runs one command. */
export type Handler = (raw: RawArguments) => Promise<Outcome>;

const REQUIRED_SOURCE = { describe: 'Folders, photographs, archives, lists of links', type: 'string' } as const;
const OPTIONAL_SOURCE = { describe: 'The folder of photographs whose project is meant', type: 'string' } as const;

/** Parses and runs a command line (without `node` and the script); resolves with its outcome. Throws `USAGE`. */
export async function runCommandLine(args: readonly string[]): Promise<Outcome> {
  let outcome: Outcome = 'done';
  let parser: Argv = yargs().scriptName('faceweave').locale('en');
  const command = (name: string, describe: string, build: (own: Argv) => Argv, load: () => Promise<Handler>): void => {
    parser = parser.command(
      name,
      describe,
      (own: Argv) => build(own).strict(),
      async (raw) => {
        const handler = await load();
        outcome = await handler(raw);
      },
    );
  };

  command(
    'run [source..]',
    'Everything: find faces, group them into persons, draw the network',
    (own) =>
      withOptions(own, 'run')
        .positional('source', REQUIRED_SOURCE)
        .options(EXTRACT_FLAGS)
        .example('$0 run ./photos', 'the page: ./photos/Face Network/Data/Image_Network.html'),
    async () => (await import('./commands/run.js')).runCommand,
  );
  command(
    'extract [source..]',
    'Find and describe every face; again, it does only what is missing',
    (own) =>
      withOptions(own, 'extract')
        .positional('source', REQUIRED_SOURCE)
        .options(EXTRACT_FLAGS)
        .example('$0 extract ./photos --stats', 'with a table of where the time went'),
    async () => (await import('./commands/extract.js')).extractCommand,
  );
  command(
    'plan [source..]',
    'What an extraction would read and cost; writes nothing',
    (own) =>
      withOptions(own, 'plan')
        .positional('source', REQUIRED_SOURCE)
        .options({ retry: EXTRACT_FLAGS.retry, 'files-from': EXTRACT_FLAGS['files-from'], null: EXTRACT_FLAGS.null })
        .example('$0 plan ./photos', 'counts, bytes, formats, and the time and memory a sample foretells'),
    async () => (await import('./commands/plan.js')).planCommand,
  );
  command(
    'cluster [source..]',
    'Group faces into persons, with a mosaic of each',
    (own) =>
      withOptions(own, 'cluster')
        .positional('source', OPTIONAL_SOURCE)
        .example('$0 cluster ./photos --threshold 0.4', 'stricter: fewer strangers together, more persons split'),
    async () => (await import('./commands/cluster.js')).clusterCommand,
  );
  command(
    'evaluate [source..]',
    'How right the persons are, by labels of your own; writes nothing',
    (own) =>
      own
        .positional('source', OPTIONAL_SOURCE)
        .options(LABEL_FLAGS)
        .option('output', OUTPUT_RECORD)
        .example('$0 evaluate ./photos --labels labels.csv', 'labels.csv: photo,name or face,name')
        .example('$0 evaluate ./photos --labels labels.csv --json', 'with the confusion matrix'),
    async () => (await import('./commands/evaluate.js')).evaluateCommand,
  );
  command(
    'tune [source..]',
    'Try many thresholds, judge them by labels or stability, draw Data/Tuning.svg; changes no person',
    (own) =>
      withOptions(own, 'tune')
        .positional('source', OPTIONAL_SOURCE)
        .options(LABEL_FLAGS)
        .options(TUNE_FLAGS)
        .example('$0 tune ./photos --labels labels.csv', 'the threshold, around its default')
        .example('$0 tune ./photos --from 0.3 --to 0.7 --step 0.025', 'without labels: how stable the persons are')
        .example('$0 tune ./photos --algorithm dbscan --parameter min-samples', ''),
    async () => (await import('./commands/tune.js')).tuneCommand,
  );
  command(
    'network [source..]',
    'Write the page and the table of who appears with whom',
    (own) =>
      withOptions(own, 'network')
        .positional('source', OPTIONAL_SOURCE)
        .example('$0 network ./photos --min-weight 2', 'only connections of two photographs or more'),
    async () => (await import('./commands/network.js')).networkCommand,
  );
  command(
    'export <table> [source..]',
    'Write faces, edges, people or landmarks as a table',
    (own) =>
      withOptions(own, 'export')
        .positional('table', { choices: ['faces', 'edges', 'people', 'landmarks'] as const, describe: 'Which table' })
        .positional('source', OPTIONAL_SOURCE)
        .option('format', {
          choices: ['csv', 'json', 'spreadsheet', 'h5', 'parquet'] as const,
          default: 'csv',
          describe: 'How it is written; spreadsheet: CSV without formulas; h5, parquet: with the vectors',
        })
        .option('output', {
          type: 'string',
          alias: 'o',
          describe: 'File to write; default stdout, for h5 Data/FaceDatabase.h5 of the project',
          requiresArg: true,
        })
        .example('$0 export faces ./photos > faces.csv', '')
        .example('$0 export faces ./photos --format parquet -o faces.parquet', 'with the vectors'),
    async () => (await import('./commands/export.js')).exportCommand,
  );
  command(
    'people <action> [subject..]',
    'Who the persons are, and what you decide about them',
    (own) =>
      own
        .positional('action', {
          choices: PEOPLE_ACTIONS,
          describe: 'What to do',
        })
        .positional('subject', { type: 'string', describe: 'Persons by id or name, then faces by id' })
        .option('author', { type: 'string', describe: 'Who decides; default your user name', requiresArg: true })
        .option('note', { type: 'string', describe: 'Why, kept with the decision', requiresArg: true })
        .option('face', { type: 'string', array: true, describe: 'With forget: single faces', requiresArg: true })
        .option('gallery', {
          type: 'string',
          describe: 'With import: a folder with a folder a name',
          requiresArg: true,
        })
        .option('lists', { type: 'boolean', describe: 'With import: the names that lists gave with their pictures' })
        .option('ask', { type: 'boolean', describe: 'With suggest: ask one after the other' })
        .option('answers', {
          type: 'string',
          describe: 'With suggest: a file of keys and y, n or s',
          requiresArg: true,
        })
        .option('yes', { type: 'boolean', describe: 'With forget: really' })
        .option('clear', { type: 'boolean', describe: 'With name: take the name away' })
        .example('$0 people list --project "photos/Face Network"', '')
        .example('$0 people name p1a2b3c4d "Ada Lovelace" --project …', 'the id may be cut short')
        .example('$0 people merge Ada p77aa12bc --project …', 'the second is Ada, too')
        .example('$0 people split Ada 0f3c…  9b21… --project …', 'these faces are somebody else, together')
        .example('$0 people undo --project …', 'the last decision; or the one whose id is given'),
    async () => (await import('./commands/people.js')).peopleCommand,
  );
  command(
    'find <photo..>',
    'Who is in a photograph, and in which others of the project',
    (own) =>
      withOptions(own, 'extract')
        .positional('photo', { type: 'string', describe: 'Photographs; they need not be in the project' })
        .example('$0 find unknown.jpg --project "photos/Face Network"', 'persons with distances and probabilities'),
    async () => (await import('./commands/find.js')).findCommand,
  );
  command(
    'status [source..]',
    'What the project holds; its counts add up',
    (own) => own.positional('source', OPTIONAL_SOURCE),
    async () => (await import('./commands/status.js')).statusCommand,
  );
  command(
    'models <action>',
    'Models with purpose, licence, origin and checksum',
    (own) => own.positional('action', { choices: ['list', 'verify'] as const, describe: 'What to do' }),
    async () => (await import('./commands/models.js')).modelsCommand,
  );

  await parser
    .options(COMMON_FLAGS)
    .help()
    .alias('help', 'h')
    .version(false)
    .option('version', { type: 'boolean', describe: 'Print the version', global: false })
    .parserConfiguration({ 'parse-positional-numbers': false })
    .demandCommand(1, 'Name a command')
    .strict()
    .exitProcess(false)
    .wrap(Math.min(110, process.stdout.columns ?? 100))
    .fail((message: string | null, error: Error | undefined) => {
      if (error !== undefined && error !== null) throw error;
      throw mistake(message ?? 'this command line is not understood');
    })
    .parseAsync([...args]);
  return outcome;
}

const COMMON_FLAGS = {
  project: {
    type: 'string',
    requiresArg: true,
    describe: 'Project folder; default "Face Network" in the folder of photographs',
  },
  config: { type: 'string', requiresArg: true, describe: 'Configuration file; default ./faceweave.config.json' },
  json: { type: 'boolean', describe: 'One JSON record a line on stdout, a summary last' },
  quiet: { type: 'boolean', alias: 'q', describe: 'Say nothing but errors and skipped files' },
  progress: {
    type: 'string',
    requiresArg: true,
    describe: `How progress is shown on stderr: ${PROGRESS_STYLES.join(', ')} [auto]`,
  },
} as const;

const LABEL_FLAGS = {
  labels: {
    type: 'string',
    requiresArg: true,
    describe: 'CSV with the columns face or photo (perhaps x,y,width,height) and name',
  },
  'name-column': { type: 'string', requiresArg: true, describe: 'Column of the true names [name]' },
} as const;

const OUTPUT_RECORD = {
  type: 'string',
  alias: 'o',
  requiresArg: true,
  describe: 'File for the whole record, as JSON',
} as const;

const TUNE_FLAGS = {
  parameter: { type: 'string', requiresArg: true, describe: 'What is tried: threshold, min-samples [threshold]' },
  from: { type: 'string', requiresArg: true, describe: 'First value; default half of the default threshold' },
  to: { type: 'string', requiresArg: true, describe: 'Last value; default one and a half of it' },
  step: { type: 'string', requiresArg: true, describe: 'From one value to the next' },
} as const;

const EXTRACT_FLAGS = {
  stats: { type: 'boolean', describe: 'Show where the time of the extraction went' },
  strict: { type: 'boolean', describe: 'Fail at the first skipped file' },
  'max-errors': { type: 'string', requiresArg: true, describe: 'Stop when more files than this are skipped' },
  'files-from': {
    type: 'string',
    requiresArg: true,
    describe: 'File with the paths to read, one a line; - is standard input',
  },
  null: { type: 'boolean', alias: '0', describe: 'The paths of --files-from end with NUL, not with a line' },
  retry: { type: 'boolean', describe: 'Read again the files that were skipped before' },
} as const;

function withOptions(own: Argv, command: OptionCommand): Argv {
  return optionsOf(command).reduce((parser, row) => parser.option(row.flag, flagOf(row)), own);
}

function flagOf(row: OptionRow) {
  const isSwitch = row.kind === 'boolean';
  const isOn = row.fallback === true;
  const fallback = isOn
    ? `; --no-${row.flag} leaves it out`
    : isSwitch || row.fallback === undefined
      ? ''
      : ` [${row.fallback}]`;
  return {
    // Numbers stay text here: one place checks them, whether flag, variable or file.
    type: isSwitch ? ('boolean' as const) : ('string' as const),
    describe: `${row.description}${row.choices === undefined ? '' : `: ${row.choices.join(', ')}`}${fallback}`,
    ...(isSwitch ? {} : { requiresArg: true }),
  };
}

/** Names of all commands and flags, for suggestions. */
function knownNames(): readonly string[] {
  const flags = (['run', 'extract', 'plan', 'cluster', 'tune', 'network', 'export'] as const).flatMap((command) =>
    optionsOf(command).flatMap(({ flag, kind }) => (kind === 'boolean' ? [flag, `no-${flag}`] : [flag])),
  );
  return [
    ...new Set([
      ...flags,
      ...[COMMON_FLAGS, EXTRACT_FLAGS, LABEL_FLAGS, TUNE_FLAGS].flatMap((own) => Object.keys(own)),
      'format',
      'output',
      'help',
    ]),
  ];
}

const COMMANDS: readonly string[] = [
  'run',
  'extract',
  'plan',
  'cluster',
  'evaluate',
  'tune',
  'network',
  'export',
  'status',
  'models',
];

function mistake(message: string): FaceweaveError {
  const unknown = /^Unknown (?:argument|command)s?: (.+)$/.exec(message)?.[1]?.split(', ') ?? [];
  // yargs names `--min-sizes` twice, as typed and in camel case.
  const typed = unknown.find((name) => name.includes('-')) ?? unknown[0];
  if (typed === undefined) return otherMistake(message);
  const flag = nearest(typed, knownNames());
  const command = nearest(typed, COMMANDS);
  const isFlag = process.argv.some((argument) => argument === `--${typed}` || argument.startsWith(`--${typed}=`));
  const guess = isFlag ? flag && `--${flag}` : command;
  return new FaceweaveError(isFlag ? `unknown option --${typed}` : `unknown argument ${JSON.stringify(typed)}`, {
    code: 'USAGE',
    hint: guess === undefined ? 'faceweave --help lists all commands' : `did you mean ${guess}?`,
  });
}

const CHOICE = /Argument: (\S+), Given: (.+), Choices: (.+)/;

/** What yargs says of anything but unknown names, in our words. */
function otherMistake(message: string): FaceweaveError {
  const hint = 'faceweave --help lists all commands, faceweave <command> --help its options';
  const choice = CHOICE.exec(message);
  if (choice !== null) {
    const [, name = '', given = '', choices = ''] = choice;
    const flag = name === 'format' ? '--format' : name;
    return new FaceweaveError(`${flag}: expected one of ${choices.replaceAll('"', '')}, received ${given}`, {
      code: 'USAGE',
      hint,
    });
  }
  const isShort = message.startsWith('Not enough non-option arguments');
  return new FaceweaveError(isShort ? 'something is missing after the command, such as a folder' : message, {
    code: 'USAGE',
    hint,
  });
}
