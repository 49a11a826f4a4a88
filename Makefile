# The two commands of the README, and the steps they are made of.
#
#   make demo    install, build, and run faceweave on the photographs of an installed package
#   make test    install, build, and pass every check: the same list CI runs
#
# Needs Node >= 20.19 and Rust >= 1.92; `make test` also Python >= 3.10 and Chromium.

CARGO_DENY_VERSION := 0.20.2

.PHONY: demo test build install toolchain tools clean

demo: build
	@node scripts/demo.mjs

test: install tools
	@node scripts/test-all.mjs

build: install
	npm run --silent build

install: toolchain node_modules/.package-lock.json

node_modules/.package-lock.json: package.json package-lock.json models/package.json
	npm ci
	@touch $@

toolchain:
	@node scripts/check-toolchain.mjs

# cargo-deny is built once into .tools; without optimisation, because it runs for a second and compiles for minutes with it.
tools: .tools/bin/cargo-deny-$(CARGO_DENY_VERSION)

.tools/bin/cargo-deny-$(CARGO_DENY_VERSION): | toolchain
	CARGO_PROFILE_DEV_DEBUG=0 CARGO_INCREMENTAL=0 CARGO_TARGET_DIR=$(CURDIR)/.tools/target \
		cargo install --locked --debug --force --root .tools cargo-deny@$(CARGO_DENY_VERSION)
	@rm -rf .tools/target
	@ln -sf cargo-deny $@

clean:
	rm -rf dist build target faceweave.*.node
