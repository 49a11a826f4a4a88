"""Pictures without people, to see what the detector takes for a face: scikit-image's own, and drawn cartoon heads, reliefs,
textures and patterns, the same each time. Needs numpy, pillow, scikit-image, pooch: python3 quality-pictures.py <folder>"""
import os
import sys

import numpy as np
from PIL import Image, ImageDraw, ImageFilter
import skimage.data as D
o = sys.argv[1]; os.makedirs(o,exist_ok=True)
for n in ['coins','cat','rocket','coffee','brick','grass','gravel','clock','page','text','moon','checkerboard','colorwheel','horse','hubble_deep_field','immunohistochemistry','chelsea','binary_blobs','logo','retina']:
    try:
        a=getattr(D,n)()
        if isinstance(a,tuple): a=a[0]
        a=np.asarray(a); 
        if a.dtype==bool: a=a*np.uint8(255)
        if a.dtype!=np.uint8: a=(a/a.max()*255).astype(np.uint8)
        Image.fromarray(a).convert('RGB').save(f'{o}/sk_{n}.png')
    except Exception as e: print(n,str(e)[:60])
r=np.random.default_rng(1)
def cartoon(i):
    w,h=[int(v) for v in r.integers(300,900,2)]; im=Image.new('RGB',(w,h),tuple(int(v) for v in r.integers(60,256,3))); d=ImageDraw.Draw(im)
    for _ in range(int(r.integers(1,7))):
        s=int(r.integers(40,220)); x,y=int(r.integers(0,w-20)),int(r.integers(0,h-20)); k=float(r.uniform(.8,1.4))
        skin=tuple(int(v) for v in (r.integers(180,255),r.integers(130,220),r.integers(90,190)))
        d.ellipse([x,y,x+s,y+s*k],fill=skin,outline=(0,0,0),width=2)
        e=s*float(r.uniform(.05,.12)); ey=y+s*k*.4
        for ex in (x+s*.3,x+s*.7):
            d.ellipse([ex-e,ey-e*.7,ex+e,ey+e*.7],fill=(255,255,255),outline=(0,0,0)); d.ellipse([ex-e/2,ey-e/2,ex+e/2,ey+e/2],fill=(0,0,0))
            d.line([ex-e,ey-2*e,ex+e,ey-2.2*e],fill=(40,20,0),width=max(1,int(e/3)))
        d.line([x+s*.5,y+s*k*.45,x+s*.46,y+s*k*.62,x+s*.53,y+s*k*.62],fill=(90,50,40),width=2)
        d.arc([x+s*.3,y+s*k*.6,x+s*.7,y+s*k*.85],10,170,fill=(150,20,20),width=max(2,s//30))
        if r.random()<.5: d.pieslice([x-2,y-s*.1,x+s+2,y+s*k*.6],180,360,fill=(60,30,10))
    if i%2: im=im.filter(ImageFilter.GaussianBlur(float(r.uniform(.5,3))))
    return im
def statue(i):
    # a grey relief with face-like shading
    h=w=int(r.integers(200,500)); y,x=np.mgrid[0:h,0:w]/h*2-1
    z=np.sqrt(np.clip(1-(x*1.3)**2-y**2*.8,0,None)); g=lambda cx,cy,s,a:a*np.exp(-((x-cx)**2+(y-cy)**2)/s)
    z=z-g(-.25,-.15,.01,.2)-g(.25,-.15,.01,.2)+g(0,.1,.015,.25)-g(-.12,.42,.008,.1)-g(0,.42,.008,.1)-g(.12,.42,.008,.1)
    gy,gx=np.gradient(z*h/2); L=np.clip((-gx*r.uniform(-.6,.6)-gy*.6+1)/np.sqrt(gx**2+gy**2+1),0,None); a=40+150*L/L.max()+r.normal(0,4,L.shape)
    return Image.fromarray(np.clip(a,0,255).astype(np.uint8)).convert('RGB')
def tex(i):
    h,w=[int(v) for v in r.integers(300,900,2)]; a=np.zeros((h,w,3))
    for k in range(6):
        s=2**(k+2); t=r.normal(0,1,(h//s+2,w//s+2,3)); a+=np.asarray([np.asarray(Image.fromarray(t[...,c].astype(np.float32)).resize((w,h),Image.BICUBIC)) for c in range(3)]).transpose(1,2,0)*s**.6
    a=(a-a.min())/(a.max()-a.min())*255; return Image.fromarray(a.astype(np.uint8))
def pat(i):
    h,w=[int(v) for v in r.integers(300,900,2)]; im=Image.new('RGB',(w,h),tuple(int(v) for v in r.integers(0,256,3))); d=ImageDraw.Draw(im)
    for _ in range(int(r.integers(50,400))):
        x,y=int(r.integers(0,w)),int(r.integers(0,h)); s=int(r.integers(3,60)); f=tuple(int(v) for v in r.integers(0,256,3))
        (d.ellipse if r.random()<.6 else d.rectangle)([x,y,x+s,y+s],fill=f)
    return im
for i in range(60):
    cartoon(i).save(f'{o}/cartoon{i}.png'); tex(i).save(f'{o}/texture{i}.png'); pat(i).save(f'{o}/pattern{i}.png'); statue(i).save(f'{o}/relief{i}.png')
