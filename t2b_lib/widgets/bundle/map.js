/* Built from t2b_lib/widgets by `make bundle`. Sources: 039aca36bb7073bc0fd6655517d6eb83f27fbc4e1c79ca6131b45d3816f06eeb */
function vt(t){let e=t>600,r=e?.8:1.3;return{plain:{fill:Math.min(.13,Math.max(.03,1.5/Math.sqrt(t))),line:e?.6:.9,width:r},placed:{fill:.25,line:1,width:3,ink:!0},
dim:{fill:.015,line:e?.06:.15,width:r},container:{fill:.07,line:1,width:2.5},content:{fill:e?.25:.38,line:1,width:1.3},match:{fill:e?.25:.38,line:1,width:1.6},near:{
fill:.1,line:1,width:1.3,dash:[4,3]},selected:{fill:.3,line:1,width:3.5,ink:!0},hidden:{fill:0,line:0,width:1}}}function Q(t,e){let{datasets:r,everyone:n}=t,o=vt(
r.length),s={drawn:[],update(){let{roles:i}=t;s.drawn=n.map(d=>t.isShown(d)?o[i?.get(d)??(r[d].placed?"placed":i?"dim":"plain")]:o.hidden)},paint(i,d){let[p,f]=d.
size;for(let g of n){let u=s.drawn[g];if(u.line===0)continue;let[m,l,w,y]=d.pixels(g);if(l<0||y<0||m>p||w>f)continue;let c=e.hue(g);i.fillStyle=c,i.globalAlpha=
u.fill,i.fillRect(m,w,l-m,y-w),i.strokeStyle=u.ink?e.ink:c,i.globalAlpha=u.line,i.lineWidth=u.width,u.dash&&i.setLineDash(u.dash),i.strokeRect(m,w,l-m,y-w),u.dash&&
i.setLineDash([])}i.globalAlpha=1}};return s}var F=(t,e,r)=>Math.min(Math.max(t,e),r);var tt=(t,e)=>t.length>e?`${t.slice(0,e-1)}…`:t,C=(t,e,r=`${e}s`)=>`${t.toLocaleString("en")} ${t===1?e:r}`;function Mt(t,e,r){for(let[n,o]of Object.entries(e))n.startsWith("on")?t.addEventListener(n.slice(2),o):n.startsWith("--")?t.style.setProperty(n,o):o!=null&&t.setAttribute(
n,o);return t.append(...r.filter(n=>n!=null)),t}var E=(t,e={},...r)=>Mt(document.createElement(t),e,r);var S=t=>document.querySelector(t),et=t=>JSON.parse(document.getElementById(t).textContent),I=t=>E("span",{class:"swatch","--hue":t}),H=new Intl.NumberFormat("e\
n",{notation:"compact",maximumSignificantDigits:3});var nt=t=>Math.log10(Math.max(t,1));function $t(t){if(!t.length)return[0,1];let[e,r]=[Math.min(...t),Math.max(...t)],n=[Math.floor(nt(e)),Math.ceil(nt(r))];return n[0]===
n[1]?[n[0],n[0]+1]:n}function ot(t,e){let{datasets:r}=t,n=[S("#least"),S("#most")],o=r.map(p=>p.samples).filter(p=>p!==null),s=$t(o);function i(){let p=t.everyone.
filter(t.isShown).length,f=r.length-o.length,g=t.range&&f?` (${C(f,"dataset")} of unknown size hidden)`:"";S("#count").textContent=p===r.length?C(p,"dataset"):`${p.
toLocaleString("en")} of ${C(r.length,"dataset")}${g}`}function d(){let p=n.map(m=>Number(m.value)),f=p[0]===s[0]&&p[1]===s[1];t.range=f?null:p.map(m=>10**m);let g=p.
map(m=>H.format(10**m));n.forEach((m,l)=>m.setAttribute("aria-valuetext",`${g[l]} samples`)),n[0].style.zIndex=p[0]>(s[0]+s[1])/2?1:0,S("#sizes").textContent=f?
"any number":`${g[0]} to ${g[1]}`;let u=m=>`${100*(m-s[0])/(s[1]-s[0])}%`;S(".track .span").style.left=u(p[0]),S(".track .span").style.right=`calc(100% - ${u(p[1])}\
)`,e(),i()}return n.forEach((p,f)=>{Object.assign(p,{min:s[0],max:s[1],step:.05,value:s[f]}),p.disabled=!o.length,p.addEventListener("input",()=>{let g=n.map(u=>Number(
u.value));g[0]>g[1]&&(p.value=g[1-f]),d()})}),{apply:d,writeCount:i}}var st=t=>[1,3,5].map(e=>parseInt(t.slice(e,e+2),16)),Lt=t=>Math.round(t).toString(16).padStart(2,"0");function rt(t,e){let[r,n]=[st(t),st(e)];return`#${r.map((o,s)=>Lt(
.6*o+.4*n[s])).join("")}`}function At(){let t=window.frameElement?.ownerDocument,e=t?.documentElement,r=t?.body.dataset.jpThemeLight,n=e?.dataset.theme??e?.getAttribute(
"theme")??(r===void 0?void 0:r==="true"?"light":"dark"),o=matchMedia("(prefers-color-scheme: dark)").matches?"dark":"light";return n==="light"||n==="dark"?n:o}function it(t){
let e={};return{get ink(){return e.ink},get sea(){return e.sea},field:r=>e.fields[r],hue:r=>e.fields[t.datasets[r].field]??e.none,update(){let r=document.documentElement;
r.dataset.scheme=At();let n=getComputedStyle(r),o=s=>n.getPropertyValue(`--${s}`).trim();e={ink:o("ink"),sea:o("sea"),none:o("none"),fields:t.fields.map((s,i)=>o(
`field-${i}`)||o("none"))}},watch(r){matchMedia("(prefers-color-scheme: dark)").addEventListener("change",r);let n=window.frameElement?.ownerDocument;if(!n)return;
let o=new MutationObserver(r),s={attributeFilter:["data-theme","theme","data-jp-theme-light"]};o.observe(n.documentElement,s),o.observe(n.body,s)}}}function lt(){
let t=window.frameElement;if(document.documentElement.classList.toggle("framed",!!t),!t)return;let e=()=>t.style.height=`${Math.ceil(S("main").getBoundingClientRect().
height)}px`;new ResizeObserver(e).observe(S("main"))}var Ct=[15,13,12],K=2,Tt=30,Ot=200,Dt=(t,e)=>t.x>=e.x+e.width||e.x>=t.x+t.width||t.y>=e.y+e.height||e.y>=t.y+t.height;function zt([t,e,r,n],{width:o,height:s},[
i,d]){let[p,f]=[Math.max(t,1)+3,Math.min(e,i-1)-3],[g,u]=[Math.max(r,1)+2,Math.min(n,d-1)-2],m=(p+f-o)/2,l=(g+u-s)/2;return{room:f-p,rise:u-g,middle:[[m,l]],within:[
[p,g],[p,u-s],[f-o,g],[f-o,u-s],[m,l]],beside:[[m,n],[m,r-s],[e+2,l],[t-o-2,l]]}}function Ft(t){let e=document.createElement("canvas").getContext("2d"),r=new Map;
return(n,o,s)=>{let i=`${s} ${o} ${n}`;return r.has(i)||(e.font=`${s} ${o}px ${t}`,r.set(i,e.measureText(n).width+2*K)),r.get(i)}}function ct(t,e,r){let{datasets:n,
everyone:o,areas:s,left:i,right:d,bottom:p,top:f}=t,g=getComputedStyle(document.body).fontFamily,u=Ft(g),m=[],l=h=>h===t.selected||n[h].placed;function w(h){let b=h?
[...h.keys()].sort((k,v)=>s[v]-s[k]):t.largestFirst;return[...o.filter(l),...b.filter(k=>!l(k))].filter(t.isShown)}function y(h){let[b,k]=[e.fromAcross(h.x),e.fromAcross(
h.x+h.width)],[v,M]=[e.fromDown(h.y+h.height),e.fromDown(h.y)];return o.every($=>i[$]>k||d[$]<b||p[$]>M||f[$]<v||!t.isShown($))}function c(h,b,k){let[v,M]=e.size,
$=b>.06*v*M,T=tt(n[h].name.replace(/\s+/g," "),Tt),O=l(h)||$?"bold":"normal",A=Ct[$?0:b>.008*v*M||k?1:2],N=Math.ceil(1.3*A)+2*K;return{i:h,text:T,style:O,pixels:A,
width:u(T,A,O),height:N}}function a(){let[h,b]=e.size,{offsetLeft:k,offsetTop:v,offsetWidth:M,offsetHeight:$}=S(".buttons"),T=[{x:k,y:v,width:M,height:$}],O=L=>L.
x>=1&&L.y>=1&&L.x+L.width<=h-1&&L.y+L.height<=b-1&&T.every(B=>Dt(L,B)),{roles:A}=t,N=Math.max(12,Math.round(h*b/6e3)),j=0;for(let L of w(A)){if(T.length>N)break;
let B=e.pixels(L),[V,J,Y,X]=B;if(J<0||X<0||V>h||Y>b)continue;let U=l(L)||A?.get(L)==="match",Z=(J-V)*(X-Y);if(!U&&Z<150){if(A===null)break;continue}let P=c(L,Z,
U),D=zt(B,P,e.size),G=(W,kt=O)=>W.map(([St,Et])=>({...P,x:St,y:Et})).find(kt),z;D.rise>=P.height&&(P.width<=D.room?z=G(D.within):P.width<=1.6*D.room&&(z=G(D.middle))),
!z&&U&&(z=G([...D.beside,...D.middle])),!z&&j++<Ot&&(z=G(D.beside,W=>O(W)&&y(W))),z&&T.push(z)}return T.slice(1)}let x=({i:h})=>l(h)?r.ink:rt(r.hue(h),r.ink);return{
colour:x,get written(){return m},write(){m=a()},paint(h){h.textBaseline="top";for(let{i:b,x:k,y:v,width:M,height:$,text:T,style:O,pixels:A}of m)h.globalAlpha=.72,
h.fillStyle=r.sea,h.beginPath(),h.roundRect(k,v,M,$,3),h.fill(),h.globalAlpha=1,h.fillStyle=x({i:b}),h.font=`${O} ${A}px ${g}`,h.fillText(T,k+K,v+K+.15*A)},at:(h,b)=>m.
find(k=>h>=k.x&&h<=k.x+k.width&&b>=k.y&&b<=k.y+k.height)?.i}}function at(t,e,r){let{datasets:n,fields:o}=t,s=o.map((f,g)=>n.filter(u=>u.field===g).length),i=n.some(f=>f.placed),d=null;function p(){let f=(g,u)=>E("button",
{type:"button","data-field":u,"aria-pressed":d===u,onclick:()=>r(u)},I(e.field(u)),g,E("small",{},String(s[u])));S("#legend").replaceChildren(...o.map((g,u)=>E(
"li",{},f(g,u))),i?E("li",{class:"placed"},I(e.ink),"placed on the map"):"")}return{write:p,get field(){return d},set field(f){d=f,p()},focus:f=>S(`[data-field=\
"${f}"]`).focus()}}var ut=3;function It([t,e],{width:r,height:n},[o,s]){return[t+16+r<o?t+16:Math.max(4,t-16-r),Math.max(4,Math.min(e+16,s-n-4))]}var R=(...t)=>E("p",{},...t);function ft(t,e,r,n){
let{datasets:o,classes:s,fields:i}=t,d=null,p=({samples:a,classes:x,licence:h})=>[a===null?"size unknown":`${H.format(a)} samples`,x.length?C(x.length,"class","\
classes"):null,h??"licence unknown"].filter(Boolean).join(" · ");function f(a,x){let h=a.classes.slice(0,x).map(k=>s[k]),b=a.classes.length-h.length;return h.join(
", ")+(b>0?` and ${b.toLocaleString("en")} more`:"")}let g=a=>E("button",{type:"button",class:"opener",onclick:()=>n(a,!0)},o[a].name);function u(a,x,h,b){if(!a.
length)return null;let k=a.slice(0,h).map(([v,M])=>E("li",{"--share":M,"--hue":r.hue(v)},b?g(v):o[v].name,E("span",{},M.toFixed(2))));return E("ul",{class:"over\
laps","aria-label":x},...k)}let m=a=>[E("strong",{},a.name),E("p",{class:"facts"},p(a)),a.classes.length?R(f(a,5)):null,u(a.within,"contained in",ut),u(a.contents,
"contains",ut)];function l(a,x=0,h=0){let[b,k]=[S(".ring"),S(".tooltip")];S("#stage").classList.toggle("on-box",a!==null),b.hidden=k.hidden=a===null;let v=a!==d;
if(d=a,a===null)return;if(v){k.replaceChildren(...m(o[a]).filter(Boolean));let[A,N,j,L]=e.pixels(a);Object.assign(b.style,{left:`${A-1}px`,top:`${j-1}px`,width:`${N-
A+2}px`,height:`${L-j+2}px`})}let{offsetWidth:M,offsetHeight:$}=k,[T,O]=It([x,h],{width:M,height:$},e.size);k.style.transform=`translate(${T}px, ${O}px)`}let w=()=>[
E("p",{class:"help"},"Each box is a dataset. Where one lies inside another, the samples of the first are much like some of the second."),E("p",{class:"help"},"P\
oint at a box to see what it is; click it to see what contains it and what it contains."),E("h3",{class:"classes"},"The largest boxes"),E("ul",{class:"entries"},
...t.largestFirst.slice(0,10).map(a=>E("li",{},I(r.hue(a)),g(a))))];function y(a){let x=o[a],h={type:"button","aria-label":"Close the details",onclick:()=>n(null)},
{samples:b,licence:k,url:v,field:M}=x,$=x.classes.length;return[E("h2",{},E("span",{},x.name),E("button",h,"×")),M===null?null:R(I(r.hue(a)),i[M]),R(b===null?"\
Size unknown":C(b,"sample")),R(k===null?"Licence unknown":`Licence: ${k}`),v&&E("a",{class:"link",href:v,target:"_blank",rel:"noopener noreferrer"},"The dataset\
’s page ↗"),u(x.within,"Contained in (from 0.50: bold outline)",1/0,!0),u(x.contents,"Contains (from 0.50: filled)",1/0,!0),$?E("h3",{class:"classes"},C($,"\
class","classes")):null,$?R(f(x,60)):null]}function c(){let a=S("#details"),x=a.contains(document.activeElement),{selected:h}=t,b=h===null?w():y(h);if(a.replaceChildren(
...b.filter(Boolean)),h===null){x&&S("#stage").focus({preventScroll:!0});return}a.scrollTop=0,x&&a.querySelector("h2 button").focus({preventScroll:!0})}return{hover:l,
writeDetails:c}}function Nt([t,e],[r,n],o){let{left:s,right:i,bottom:d,top:p,areas:f,roles:g}=o,[u,m]=[null,1/0];for(let l of o.everyone){let w=i[l]-s[l]<6*r?2*r:0,y=p[l]-d[l]<
6*n?2*n:0;if(t<s[l]-w||t>i[l]+w||e<d[l]-y||e>p[l]+y||!o.isShown(l))continue;let c=f[l]+(g&&!g.has(l)?1e300:0);(c<m||u===null)&&([u,m]=[l,c])}return u}function dt({
state:t,view:e,labels:r,panels:n,select:o,clearMarks:s,escape:i}){let d=S("#stage"),p=([c,a])=>r.at(c,a)??Nt([e.fromAcross(c),e.fromDown(a)],e.units,t),f=c=>{let a=S(
"#plot").getBoundingClientRect();return[c.clientX-a.left,c.clientY-a.top]};d.addEventListener("pointermove",c=>{if(c.pointerType==="touch"||c.buttons)return;if(c.
target.closest(".buttons"))return n.hover(null);let a=f(c);n.hover(p(a),...a)}),d.addEventListener("pointerleave",()=>n.hover(null));let g=[0,0],u=null;d.addEventListener(
"pointerdown",c=>{m=!0,g=f(c),!(c.pointerType==="touch"||c.button||c.target.closest(".buttons"))&&(u=g,d.setPointerCapture(c.pointerId))}),d.addEventListener("p\
ointermove",c=>{if(!u)return;let a=f(c);e.drag(a[0]-u[0],a[1]-u[1]),u=a});for(let c of["pointerup","pointercancel"])d.addEventListener(c,()=>u=null);d.addEventListener(
"click",c=>{if(c.target.closest(".buttons"))return;let a=f(c);if(Math.hypot(a[0]-g[0],a[1]-g[1])>5)return;let x=p(a);x===null&&t.selected===null&&s(),o(x===t.selected?
null:x)}),Pt(d,f,e);let m=!window.frameElement,l=0;document.documentElement.addEventListener("pointerleave",()=>m=!window.frameElement),d.addEventListener("whee\
l",c=>{if(m||c.ctrlKey||c.metaKey){c.preventDefault();let a=c.deltaY*(c.deltaMode?30:1);return e.zoomAbout(Math.exp(a/500),...f(c))}e.stop(),S(".hint").hidden=!1,
clearTimeout(l),l=setTimeout(()=>S(".hint").hidden=!0,1200)},{passive:!1});let w={in:()=>e.zoom(1/1.6),out:()=>e.zoom(1.6),home:()=>e.fly(e.home)};for(let[c,a]of Object.
entries(w))S(`#${c}`).addEventListener("click",a);let y={ArrowLeft:()=>e.pan(-.15,0),ArrowRight:()=>e.pan(.15,0),ArrowUp:()=>e.pan(0,.15),ArrowDown:()=>e.pan(0,
-.15),"+":w.in,"-":w.out,0:w.home};d.addEventListener("keydown",c=>{!y[c.key]||c.target!==d||(c.preventDefault(),y[c.key]())}),document.addEventListener("keydow\
n",c=>{c.key==="Escape"&&i()})}function Pt(t,e,r){let n=({touches:i})=>{let[d,p]=[e(i[0]),e(i[1])];return{middle:[(d[0]+p[0])/2,(d[1]+p[1])/2],span:Math.max(1,Math.
hypot(d[0]-p[0],d[1]-p[1]))}},o=null,s=i=>{o=i.touches.length===2?n(i):null,o&&i.preventDefault()};for(let i of["touchstart","touchend","touchcancel"])t.addEventListener(
i,s,{passive:!1});t.addEventListener("touchmove",i=>{if(!o)return;i.preventDefault();let d=n(i);r.drag(d.middle[0]-o.middle[0],d.middle[1]-o.middle[1]),r.zoomAbout(
o.span/d.span,...d.middle),o=d},{passive:!1})}var _=t=>t.normalize("NFD").replace(/\p{M}/gu,"").toLowerCase();function ht(t,e){let r=e.replace(/[\\^$.*+?()[\]{}|/]/g,"\\$&"),n=new RegExp(`(?<![\\p{L}\\p{N}])${r}`,
"u"),o=s=>s===e?0:s.startsWith(e)?1:n.test(s)?2:3;return t.map((s,i)=>({i,rank:o(s),length:s.length})).filter(({i:s})=>t[s].includes(e)).sort((s,i)=>s.rank-i.rank||
s.length-i.length)}function mt({datasets:t,classes:e,isShown:r}){let n=t.map(f=>_(f.name)),o=e.map(_),s=new Map;t.forEach((f,g)=>{for(let u of f.classes){let m=o[u];
s.has(m)||s.set(m,{spelling:e[u],having:new Set}),s.get(m).having.add(g)}});let i=[...s.keys()],d=[...s.values()];function p(f){let g=_(f.trim());if(!g)return null;
let u=ht(n,g).map(({i:c})=>c).filter(r),m=ht(i,g),l=m.filter(({rank:c})=>c<3),w=(l.length||u.length?l:m).map(({i:c})=>d[c]),y=new Set(u);for(let{having:c}of w)for(let a of c)
r(a)&&y.add(a);return{byName:u,byClass:w,found:y}}return{search:p}}function pt(t,e){let r=Math.min(Math.max(8-t,Math.min(3,e)),e);return[Math.min(t,8-r),r]}function gt(t,e){let r=mt(t),n=S("#search"),o=S("#suggestions"),s=[],i=-1;function d(){let y=r.search(n.value);if(s=[],e.clearField(),y===null)e.mark(null),e.writeCount();else{
let{byName:c,found:a}=y;if(e.mark(a.size?a:null),g(c.length,a.size),s=p(y),a.size===1){let[x]=a;e.select(x),e.goTo([x])}}i=-1,u()}function p({byName:y,byClass:c}){
let[a,x]=pt(y.length,c.length);return[...y.slice(0,a).map(h=>({text:t.datasets[h].name,note:"dataset",choose:()=>e.select(h,!0)})),...c.slice(0,x).map(h=>({text:h.
spelling,note:`class of ${C(h.having.size,"dataset")}`,choose:()=>f(h)}))]}function f({spelling:y,having:c}){let a=[...c].filter(t.isShown);e.mark(new Set(a)),S(
"#count").textContent=`${C(a.length,"dataset")} with the class “${y}”`,a.length===1&&e.select(a[0]),e.goTo(a)}function g(y,c){S("#count").textContent=c?`${C(
c,"dataset")} found: ${y} by name, ${c-y} by class`:`No dataset and no class is called “${n.value.trim()}”`}function u(){o.replaceChildren(...s.map((y,c)=>E(
"li",{id:`option-${c}`,role:"option","aria-selected":c===i,onpointerdown:a=>a.preventDefault(),onclick:()=>l(c)},E("span",{},y.text),E("small",{},y.note)))),o.hidden=
!s.length,n.setAttribute("aria-expanded",!o.hidden),i<0?n.removeAttribute("aria-activedescendant"):n.setAttribute("aria-activedescendant",`option-${i}`)}function m(){
s=[],i=-1,u()}function l(y){let c=s[y];n.value=c.text,m(),c.choose()}function w(y){let c=s.length;i=i<0&&y<0?c-1:(i+y+c)%c,u()}return n.addEventListener("input",
d),n.addEventListener("blur",m),n.addEventListener("keydown",y=>{y.key==="Enter"?(i>=0?l(i):t.marked&&e.goTo([...t.marked].filter(t.isShown)),m()):(y.key==="Arr\
owDown"||y.key==="ArrowUp")&&s.length&&(y.preventDefault(),w(y.key==="ArrowDown"?1:-1))}),{close:m,get isOpen(){return!o.hidden},clear(){n.value="",m()}}}function wt({datasets:t,classes:e,fields:r,left:n,right:o,bottom:s,top:i}){let d=[...t.keys()],p=d.map(u=>(o[u]-n[u])*(i[u]-s[u])),f=d.map(()=>[]);for(let u of d)
for(let m of t[u].containers)f[m].push(u);let g={datasets:t,classes:e,fields:r,left:n,right:o,bottom:s,top:i,everyone:d,areas:p,contained:f,largestFirst:[...d].
sort((u,m)=>p[m]-p[u]),selected:null,marked:null,range:null,isShown(u){let[{range:m},{samples:l}]=[g,t[u]];return m===null||l!==null&&l>=m[0]&&l<=m[1]},get roles(){
let{selected:u,marked:m}=g;if(u===null)return m&&new Map([...m].map(w=>[w,"match"]));let l=new Map(f[u].map(w=>[w,"content"]));for(let w of t[u].containers)l.set(
w,"container");return l.set(u,"selected")}};return g}function q(t,{left:e,right:r,bottom:n,top:o}){let[s,i,d,p]=[1/0,-1/0,1/0,-1/0];for(let f of t)s=Math.min(s,
e[f]),i=Math.max(i,r[f]),d=Math.min(d,n[f]),p=Math.max(p,o[f]);return{x:(s+i)/2,y:(d+p)/2,width:i-s,height:p-d}}var Rt=.88,xt=1.6,jt=1e5,Bt=({width:t,height:e},r)=>F(t/r[0]/(e/r[1])||1,1/xt,xt),Gt=({x:t,y:e,width:r,height:n},o,s)=>({x:t,y:e,unit:Math.max(r/s/o[0],n/o[1])/
Rt});function yt(t,e,r,n){let[o,s]=[e.unit*n*r[0],e.unit*r[1]].map(i=>i/2);return{x:F(t.x,e.x-o,e.x+o),y:F(t.y,e.y-s,e.y+s),unit:F(t.unit,e.unit/jt,e.unit*1.5)}}
function Wt(t,e,r){let n=r*r*(3-2*r),o=t.unit*(e.unit/t.unit)**n,s=t.unit===e.unit?n:(o-t.unit)/(e.unit-t.unit);return{x:t.x+(e.x-t.x)*s,y:t.y+(e.y-t.y)*s,unit:o}}
function bt(t,e,r){let n=null,o=[0,0],s=1,i=null,d=0,p=0,f={get size(){return o},get home(){return i},get units(){return[n.unit*s,n.unit]},current:()=>({...n}),
across:l=>(l-n.x)/(n.unit*s)+o[0]/2,down:l=>(n.y-l)/n.unit+o[1]/2,fromAcross:l=>n.x+(l-o[0]/2)*n.unit*s,fromDown:l=>n.y-(l-o[1]/2)*n.unit,pixels:l=>[f.across(e.
left[l]),f.across(e.right[l]),f.down(e.top[l]),f.down(e.bottom[l])],look(l){n=yt(l,i,o,s),!p&&(p=requestAnimationFrame(()=>{p=0,r()}))},stop:()=>cancelAnimationFrame(
d),fly(l){if(f.stop(),matchMedia("(prefers-reduced-motion: reduce)").matches)return f.look(l);let w=f.current(),y=performance.now(),c=a=>{let x=F((a-y)/350,0,1);
f.look(Wt(w,l,x)),x<1&&(d=requestAnimationFrame(c))};d=requestAnimationFrame(c)},goTo(l){if(!l.length)return;let w=u(l);f.fly({...w,unit:l.length===1?w.unit*1.8:
w.unit})},zoom:l=>f.fly({...n,unit:n.unit*l}),pan:(l,w)=>f.fly(g(-l*o[0],w*o[1])),drag(l,w){f.stop(),f.look(g(l,w))},zoomAbout(l,w,y){f.stop();let[c,a]=[f.fromAcross(
w),f.fromDown(y)],{unit:x}=yt({...n,unit:n.unit*l},i,o,s),h=x/n.unit;f.look({x:c+(n.x-c)*h,y:a+(n.y-a)*h,unit:x})}},g=(l,w)=>({x:n.x-l*n.unit*s,y:n.y+w*n.unit,unit:n.
unit});function u(l){let w=Gt(q(l,e),o,s);return{...w,unit:w.unit||(i?i.unit/20:1/o[1])}}function m(){let l=[t.clientWidth,t.clientHeight];if(!l[0]||!l[1]||l[0]===
o[0]&&l[1]===o[1])return;let w=i===null||Math.abs(n.unit/i.unit-1)<.01;o=l,s=Bt(q(e.everyone,e),o),i=u(e.everyone),f.look(w?i:n)}return new ResizeObserver(m).observe(
t),m(),f}function Ht(){let t=wt(et("datasets-json")),e=it(t);e.update();let r=S("#plot"),n=bt(r,t,()=>{i.hover(null),o.write(),u()}),o=ct(t,n,e),s=Q(t,e),i=ft(t,n,e,m),d=at(
t,e,y),p=ot(t,g),f=gt(t,{select:m,mark:l,goTo:n.goTo,clearField:()=>d.field=null,writeCount:p.writeCount});function g(){i.hover(null),s.update(),o.write(),u()}function u(){
let[x,h]=n.size,b=window.devicePixelRatio||1,[k,v]=[Math.round(x*b),Math.round(h*b)];(r.width!==k||r.height!==v)&&Object.assign(r,{width:k,height:v});let M=r.getContext(
"2d");M.setTransform(b,0,0,b,0,0),M.clearRect(0,0,x,h),s.paint(M,n),o.paint(M)}function m(x,h=!1){if(t.selected=x,g(),i.writeDetails(),x===null||!h)return;let[b,
k,v,M]=n.pixels(x);(b<0||k>n.size[0]||v<0||M>n.size[1]||Math.max(k-b,M-v)<24)&&n.goTo([x])}function l(x){t.marked=x,m(null)}function w(){t.marked=null,f.clear(),
d.field=null,p.writeCount()}function y(x){let h=d.field!==x;w(),d.field=h?x:null,l(h?new Set(t.everyone.filter(b=>t.datasets[b].field===x)):null),d.focus(x)}function c(){
if(f.isOpen)return f.close();t.selected===null&&w(),m(null)}function a(){e.update(),g(),d.write(),i.writeDetails()}dt({state:t,view:n,labels:o,panels:i,select:m,
clearMarks:w,escape:c}),lt(),e.watch(a),a(),p.apply(),S("#stage").map={state:t,scheme:e,view:n,labels:o,boxes:s},document.documentElement.dataset.ready="true"}Ht();
