/* Built from t2b_lib/widgets by `make bundle`. Sources: fb8aa388f05fae1f84aade87529e9bdb0874c6bd7830b2ac1e96c8ef2a6161a6 */
function Et(t){let e=t>600,r=e?.8:1.3;return{plain:{fill:Math.min(.13,Math.max(.03,1.5/Math.sqrt(t))),line:e?.6:.9,width:r},placed:{fill:.25,line:1,width:3,ink:!0},
dim:{fill:.015,line:e?.06:.15,width:r},container:{fill:.07,line:1,width:2.5},content:{fill:e?.25:.38,line:1,width:1.3},match:{fill:e?.25:.38,line:1,width:1.6},selected:{
fill:.3,line:1,width:3.5,ink:!0},hidden:{fill:0,line:0,width:1}}}function Q(t,e,r){let{datasets:o,everyone:s}=e,n=Et(o.length);return function(){let{roles:m}=e,
h=s.map(f=>e.isShown(f)?n[m?.get(f)??(o[f].placed?"placed":m?"dim":"plain")]:n.hidden);t.data={...t.data,fill:s.map(r.hue),line:s.map(f=>h[f].ink?r.ink:r.hue(f)),
fill_alpha:h.map(f=>f.fill),line_alpha:h.map(f=>f.line),line_width:h.map(f=>f.width)}}}var z=(t,e,r)=>Math.min(Math.max(t,e),r);var tt=(t,e)=>t.length>e?`${t.slice(0,e-1)}…`:t,O=(t,e,r=`${e}s`)=>`${t.toLocaleString("en")} ${t===1?e:r}`;function Mt(t,e,r){for(let[o,s]of Object.entries(e))o.startsWith("on")?t.addEventListener(o.slice(2),s):o.startsWith("--")?t.style.setProperty(o,s):s!=null&&t.setAttribute(
o,s);return t.append(...r.filter(o=>o!=null)),t}var S=(t,e={},...r)=>Mt(document.createElement(t),e,r);var b=t=>document.querySelector(t),K=t=>JSON.parse(document.getElementById(t).textContent),F=t=>S("span",{class:"swatch","--hue":t}),W=new Intl.NumberFormat("en",
{notation:"compact",maximumSignificantDigits:3});var et=t=>Math.log10(Math.max(t,1));function $t(t){if(!t.length)return[0,1];let[e,r]=[Math.min(...t),Math.max(...t)],o=[Math.floor(et(e)),Math.ceil(et(r))];return o[0]===
o[1]?[o[0],o[0]+1]:o}function nt(t,e){let{datasets:r}=t,o=[b("#least"),b("#most")],s=r.map(h=>h.samples).filter(h=>h!==null),n=$t(s);function d(){let h=t.everyone.
filter(t.isShown).length,f=r.length-s.length,c=t.range&&f?` (${O(f,"dataset")} of unknown size hidden)`:"";b("#count").textContent=h===r.length?O(h,"dataset"):`${h.
toLocaleString("en")} of ${O(r.length,"dataset")}${c}`}function m(){let h=o.map(x=>Number(x.value)),f=h[0]===n[0]&&h[1]===n[1];t.range=f?null:h.map(x=>10**x);let c=h.
map(x=>W.format(10**x));o.forEach((x,w)=>x.setAttribute("aria-valuetext",`${c[w]} samples`)),o[0].style.zIndex=h[0]>(n[0]+n[1])/2?1:0,b("#sizes").textContent=f?
"any number":`${c[0]} to ${c[1]}`;let a=x=>`${100*(x-n[0])/(n[1]-n[0])}%`;b(".track .span").style.left=a(h[0]),b(".track .span").style.right=`calc(100% - ${a(h[1])}\
)`,e(),d()}return o.forEach((h,f)=>{Object.assign(h,{min:n[0],max:n[1],step:.05,value:n[f]}),h.disabled=!s.length,h.addEventListener("input",()=>{let c=o.map(a=>Number(
a.value));c[0]>c[1]&&(h.value=c[1-f]),m()})}),{apply:m,writeCount:d}}var ot=t=>[1,3,5].map(e=>parseInt(t.slice(e,e+2),16)),Lt=t=>Math.round(t).toString(16).padStart(2,"0");function rt(t,e){let[r,o]=[ot(t),ot(e)];return`#${r.map((s,n)=>Lt(
.6*s+.4*o[n])).join("")}`}function Ct(){let t=window.frameElement?.ownerDocument,e=t?.documentElement,r=t?.body.dataset.jpThemeLight,o=e?.dataset.theme??e?.getAttribute(
"theme")??(r===void 0?void 0:r==="true"?"light":"dark"),s=matchMedia("(prefers-color-scheme: dark)").matches?"dark":"light";return o==="light"||o==="dark"?o:s}function st(t){
let e={};return{get ink(){return e.ink},get sea(){return e.sea},field:r=>e.fields[r],hue:r=>e.fields[t.datasets[r].field]??e.none,update(){let r=document.documentElement;
r.dataset.scheme=Ct();let o=getComputedStyle(r),s=n=>o.getPropertyValue(`--${n}`).trim();e={ink:s("ink"),sea:s("sea"),none:s("none"),fields:t.fields.map((n,d)=>s(
`field-${d}`)||s("none"))}},watch(r){matchMedia("(prefers-color-scheme: dark)").addEventListener("change",r);let o=window.frameElement?.ownerDocument;if(!o)return;
let s=new MutationObserver(r),n={attributeFilter:["data-theme","theme","data-jp-theme-light"]};s.observe(o.documentElement,n),s.observe(o.body,n)}}}function it(){
let t=window.frameElement;if(document.documentElement.classList.toggle("framed",!!t),!t)return;let e=()=>t.style.height=`${Math.ceil(b("main").getBoundingClientRect().
height)}px`;new ResizeObserver(e).observe(b("main"))}var Ot=[15,13,12],lt=2,Tt=30,At=200,Dt=(t,e)=>t.x>=e.x+e.width||e.x>=t.x+t.width||t.y>=e.y+e.height||e.y>=t.y+t.height;function _t([t,e,r,o],{width:s,height:n},[
d,m]){let[h,f]=[Math.max(t,1)+3,Math.min(e,d-1)-3],[c,a]=[Math.max(r,1)+2,Math.min(o,m-1)-2],x=(h+f-s)/2,w=(c+a-n)/2;return{room:f-h,rise:a-c,middle:[[x,w]],within:[
[h,c],[h,a-n],[f-s,c],[f-s,a-n],[x,w]],beside:[[x,o],[x,r-n],[e+2,w],[t-s-2,w]]}}function zt(t){let e=document.createElement("canvas").getContext("2d"),r=new Map;
return(o,s,n)=>{let d=`${n} ${s} ${o}`;return r.has(d)||(e.font=`${n} ${s}px ${t}`,r.set(d,e.measureText(o).width+2*lt)),r.get(d)}}function ct(t,e,r,o,s){let{datasets:n,
everyone:d,areas:m,left:h,right:f,bottom:c,top:a}=r,x=zt(e.glyph.text_font.value),w=[],u=p=>p===r.selected||n[p].placed;function i(p){let v=p?[...p.keys()].sort(
(y,E)=>m[E]-m[y]):r.largestFirst;return[...d.filter(u),...v.filter(y=>!u(y))].filter(r.isShown)}function g(p){let[v,y]=[o.fromAcross(p.x),o.fromAcross(p.x+p.width)],
[E,M]=[o.fromDown(p.y+p.height),o.fromDown(p.y)];return d.every($=>h[$]>y||f[$]<v||c[$]>M||a[$]<E||!r.isShown($))}function l(p,v,y){let[E,M]=o.size,$=v>.06*E*M,
C=tt(n[p].name.replace(/\s+/g," "),Tt),A=u(p)||$?"bold":"normal",T=Ot[$?0:v>.008*E*M||y?1:2],I=Math.ceil(1.3*T)+2*lt;return{i:p,text:C,style:A,pixels:T,width:x(
C,T,A),height:I}}function k(){let[p,v]=o.size,{offsetLeft:y,offsetTop:E,offsetWidth:M,offsetHeight:$}=b(".buttons"),C=[{x:y,y:E,width:M,height:$}],A=L=>L.x>=1&&
L.y>=1&&L.x+L.width<=p-1&&L.y+L.height<=v-1&&C.every(P=>Dt(L,P)),{roles:T}=r,I=Math.max(12,Math.round(p*v/6e3)),j=0;for(let L of i(T)){if(C.length>I)break;let P=o.
pixels(L),[V,J,Y,X]=P;if(J<0||X<0||V>p||Y>v)continue;let H=u(L)||T?.get(L)==="match",Z=(J-V)*(X-Y);if(!H&&Z<150){if(T===null)break;continue}let N=l(L,Z,H),D=_t(
P,N,o.size),G=(R,bt=A)=>R.map(([vt,St])=>({...N,x:vt,y:St})).find(bt),_;D.rise>=N.height&&(N.width<=D.room?_=G(D.within):N.width<=1.6*D.room&&(_=G(D.middle))),!_&&
H&&(_=G([...D.beside,...D.middle])),!_&&j++<At&&(_=G(D.beside,R=>A(R)&&g(R))),_&&C.push(_)}return C.slice(1)}return{write(){o.home&&(w=k(),t.data={x:w.map(p=>o.
fromAcross(p.x)),y:w.map(p=>o.fromDown(p.y)),text:w.map(p=>p.text),colour:w.map(p=>u(p.i)?s.ink:rt(s.hue(p.i),s.ink)),size:w.map(p=>`${p.pixels}px`),style:w.map(
p=>p.style)})},at:(p,v)=>w.find(y=>p>=y.x&&p<=y.x+y.width&&v>=y.y&&v<=y.y+y.height)?.i}}function at(t,e,r){let{datasets:o,fields:s}=t,n=s.map((f,c)=>o.filter(a=>a.field===c).length),d=o.some(f=>f.placed),m=null;function h(){let f=(c,a)=>S("button",
{type:"button","data-field":a,"aria-pressed":m===a,onclick:()=>r(a)},F(e.field(a)),c,S("small",{},String(n[a])));b("#legend").replaceChildren(...s.map((c,a)=>S(
"li",{},f(c,a))),d?S("li",{class:"placed"},F(e.ink),"placed on the map"):"")}return{write:h,get field(){return m},set field(f){m=f,h()},focus:f=>b(`[data-field=\
"${f}"]`).focus()}}var ut=3;function Ft([t,e],{width:r,height:o},[s,n]){return[t+16+r<s?t+16:Math.max(4,t-16-r),Math.max(4,Math.min(e+16,n-o-4))]}var B=(...t)=>S("p",{},...t);function ft(t,e,r,o){
let{datasets:s,classes:n,fields:d}=t,m=null,h=({samples:l,classes:k,licence:p})=>[l===null?"size unknown":`${W.format(l)} samples`,k.length?O(k.length,"class","\
classes"):null,p??"licence unknown"].filter(Boolean).join(" · ");function f(l,k){let p=l.classes.slice(0,k).map(y=>n[y]),v=l.classes.length-p.length;return p.join(
", ")+(v>0?` and ${v.toLocaleString("en")} more`:"")}let c=l=>S("button",{type:"button",class:"opener",onclick:()=>o(l,!0)},s[l].name);function a(l,k,p,v){if(!l.
length)return null;let y=l.slice(0,p).map(([E,M])=>S("li",{"--share":M,"--hue":r.hue(E)},v?c(E):s[E].name,S("span",{},M.toFixed(2))));return S("ul",{class:"over\
laps","aria-label":k},...y)}let x=l=>[S("strong",{},l.name),S("p",{class:"facts"},h(l)),l.classes.length?B(f(l,5)):null,a(l.within,"contained in",ut),a(l.contents,
"contains",ut)];function w(l,k=0,p=0){let[v,y]=[b(".ring"),b(".tooltip")];b("#stage").classList.toggle("on-box",l!==null),v.hidden=y.hidden=l===null;let E=l!==m;
if(m=l,l===null)return;if(E){y.replaceChildren(...x(s[l]).filter(Boolean));let[T,I,j,L]=e.pixels(l);Object.assign(v.style,{left:`${T-1}px`,top:`${j-1}px`,width:`${I-
T+2}px`,height:`${L-j+2}px`})}let{offsetWidth:M,offsetHeight:$}=y,[C,A]=Ft([k,p],{width:M,height:$},e.size);y.style.transform=`translate(${C}px, ${A}px)`}let u=()=>[
S("p",{class:"help"},"Each box is a dataset. Where one lies inside another, the samples of the first are much like some of the second."),S("p",{class:"help"},"P\
oint at a box to see what it is; click it to see what contains it and what it contains."),S("h3",{class:"classes"},"The largest boxes"),S("ul",{class:"entries"},
...t.largestFirst.slice(0,10).map(l=>S("li",{},F(r.hue(l)),c(l))))];function i(l){let k=s[l],p={type:"button","aria-label":"Close the details",onclick:()=>o(null)},
{samples:v,licence:y,url:E,field:M}=k,$=k.classes.length;return[S("h2",{},S("span",{},k.name),S("button",p,"×")),M===null?null:B(F(r.hue(l)),d[M]),B(v===null?"\
Size unknown":O(v,"sample")),B(y===null?"Licence unknown":`Licence: ${y}`),E&&S("a",{class:"link",href:E,target:"_blank",rel:"noopener noreferrer"},"The dataset\
’s page ↗"),a(k.within,"Contained in (from 0.50: bold outline)",1/0,!0),a(k.contents,"Contains (from 0.50: filled)",1/0,!0),$?S("h3",{class:"classes"},O($,"\
class","classes")):null,$?B(f(k,60)):null]}function g(){let l=b("#details"),k=l.contains(document.activeElement),{selected:p}=t,v=p===null?u():i(p);if(l.replaceChildren(
...v.filter(Boolean)),p===null){k&&b("#stage").focus({preventScroll:!0});return}l.scrollTop=0,k&&l.querySelector("h2 button").focus({preventScroll:!0})}return{hover:w,
writeDetails:g}}function It([t,e],[r,o],s){let{left:n,right:d,bottom:m,top:h,areas:f,roles:c}=s,[a,x]=[null,1/0];for(let w of s.everyone){let u=d[w]-n[w]<6*r?2*r:0,i=h[w]-m[w]<
6*o?2*o:0;if(t<n[w]-u||t>d[w]+u||e<m[w]-i||e>h[w]+i||!s.isShown(w))continue;let g=f[w]+(c&&!c.has(w)?1e300:0);(g<x||a===null)&&([a,x]=[w,g])}return a}function dt({
state:t,view:e,labels:r,panels:o,select:s,clearMarks:n,escape:d}){let m=b("#stage"),h=([i,g])=>r.at(i,g)??It([e.fromAcross(i),e.fromDown(g)],e.units,t),f=i=>{let g=b(
"#plot").getBoundingClientRect();return[i.clientX-g.left,i.clientY-g.top]};m.addEventListener("pointermove",i=>{if(i.pointerType==="touch"||i.buttons)return;if(i.
target.closest(".buttons"))return o.hover(null);let g=f(i);o.hover(h(g),...g)}),m.addEventListener("pointerleave",()=>o.hover(null));let c=[0,0];m.addEventListener(
"pointerdown",i=>c=f(i)),m.addEventListener("click",i=>{if(i.target.closest(".buttons"))return;let g=f(i);if(Math.hypot(g[0]-c[0],g[1]-c[1])>5)return;let l=h(g);
l===null&&t.selected===null&&n(),s(l===t.selected?null:l)});let a=!window.frameElement,x=0;m.addEventListener("pointerdown",()=>a=!0),document.documentElement.addEventListener(
"pointerleave",()=>a=!window.frameElement),m.addEventListener("wheel",i=>{e.stop(),!(a||i.ctrlKey||i.metaKey)&&(i.stopPropagation(),b(".hint").hidden=!1,clearTimeout(
x),x=setTimeout(()=>b(".hint").hidden=!0,1200))},{capture:!0,passive:!0});let w={in:()=>e.zoom(1/1.6),out:()=>e.zoom(1.6),home:()=>e.fly(e.home)};for(let[i,g]of Object.
entries(w))b(`#${i}`).addEventListener("click",g);let u={ArrowLeft:()=>e.pan(-.15,0),ArrowRight:()=>e.pan(.15,0),ArrowUp:()=>e.pan(0,.15),ArrowDown:()=>e.pan(0,
-.15),"+":w.in,"-":w.out,0:w.home};m.addEventListener("keydown",i=>{!u[i.key]||i.target!==m||(i.preventDefault(),u[i.key]())}),document.addEventListener("keydow\
n",i=>{i.key==="Escape"&&d()})}var U=t=>t.normalize("NFD").replace(/\p{M}/gu,"").toLowerCase();function mt(t,e){let r=e.replace(/[\\^$.*+?()[\]{}|/]/g,"\\$&"),o=new RegExp(`(?<![\\p{L}\\p{N}])${r}`,
"u"),s=n=>n===e?0:n.startsWith(e)?1:o.test(n)?2:3;return t.map((n,d)=>({i:d,rank:s(n),length:n.length})).filter(({i:n})=>t[n].includes(e)).sort((n,d)=>n.rank-d.
rank||n.length-d.length)}function pt({datasets:t,classes:e,isShown:r}){let o=t.map(f=>U(f.name)),s=e.map(U),n=new Map;t.forEach((f,c)=>{for(let a of f.classes){
let x=s[a];n.has(x)||n.set(x,{spelling:e[a],having:new Set}),n.get(x).having.add(c)}});let d=[...n.keys()],m=[...n.values()];function h(f){let c=U(f.trim());if(!c)
return null;let a=mt(o,c).map(({i:g})=>g).filter(r),x=mt(d,c),w=x.filter(({rank:g})=>g<3),u=(w.length||a.length?w:x).map(({i:g})=>m[g]),i=new Set(a);for(let{having:g}of u)
for(let l of g)r(l)&&i.add(l);return{byName:a,byClass:u,found:i}}return{search:h}}function ht(t,e){let r=Math.min(Math.max(8-t,Math.min(3,e)),e);return[Math.min(
t,8-r),r]}function gt(t,e){let r=pt(t),o=b("#search"),s=b("#suggestions"),n=[],d=-1;function m(){let i=r.search(o.value);if(n=[],e.clearField(),i===null)e.mark(null),e.writeCount();else{
let{byName:g,found:l}=i;if(e.mark(l.size?l:null),c(g.length,l.size),n=h(i),l.size===1){let[k]=l;e.select(k),e.goTo([k])}}d=-1,a()}function h({byName:i,byClass:g}){
let[l,k]=ht(i.length,g.length);return[...i.slice(0,l).map(p=>({text:t.datasets[p].name,note:"dataset",choose:()=>e.select(p,!0)})),...g.slice(0,k).map(p=>({text:p.
spelling,note:`class of ${O(p.having.size,"dataset")}`,choose:()=>f(p)}))]}function f({spelling:i,having:g}){let l=[...g].filter(t.isShown);e.mark(new Set(l)),b(
"#count").textContent=`${O(l.length,"dataset")} with the class “${i}”`,l.length===1&&e.select(l[0]),e.goTo(l)}function c(i,g){b("#count").textContent=g?`${O(
g,"dataset")} found: ${i} by name, ${g-i} by class`:`No dataset and no class is called “${o.value.trim()}”`}function a(){s.replaceChildren(...n.map((i,g)=>S(
"li",{id:`option-${g}`,role:"option","aria-selected":g===d,onpointerdown:l=>l.preventDefault(),onclick:()=>w(g)},S("span",{},i.text),S("small",{},i.note)))),s.hidden=
!n.length,o.setAttribute("aria-expanded",!s.hidden),d<0?o.removeAttribute("aria-activedescendant"):o.setAttribute("aria-activedescendant",`option-${d}`)}function x(){
n=[],d=-1,a()}function w(i){let g=n[i];o.value=g.text,x(),g.choose()}function u(i){let g=n.length;d=d<0&&i<0?g-1:(d+i+g)%g,a()}return o.addEventListener("input",
m),o.addEventListener("blur",x),o.addEventListener("keydown",i=>{i.key==="Enter"?(d>=0?w(d):t.marked&&e.goTo([...t.marked].filter(t.isShown)),x()):(i.key==="Arr\
owDown"||i.key==="ArrowUp")&&n.length&&(i.preventDefault(),u(i.key==="ArrowDown"?1:-1))}),{close:x,get isOpen(){return!s.hidden},clear(){o.value="",x()}}}function xt({datasets:t,classes:e,fields:r},{left:o,right:s,bottom:n,top:d}){let m=[...t.keys()],h=m.map(a=>(s[a]-o[a])*(d[a]-n[a])),f=m.map(()=>[]);for(let a of m)
for(let x of t[a].containers)f[x].push(a);let c={datasets:t,classes:e,fields:r,left:o,right:s,bottom:n,top:d,everyone:m,areas:h,contained:f,largestFirst:[...m].
sort((a,x)=>h[x]-h[a]),selected:null,marked:null,range:null,isShown(a){let[{range:x},{samples:w}]=[c,t[a]];return x===null||w!==null&&w>=x[0]&&w<=x[1]},get roles(){
let{selected:a,marked:x}=c;if(a===null)return x&&new Map([...x].map(u=>[u,"match"]));let w=new Map(f[a].map(u=>[u,"content"]));for(let u of t[a].containers)w.set(
u,"container");return w.set(a,"selected")}};return c}function q(t,{left:e,right:r,bottom:o,top:s}){let[n,d,m,h]=[1/0,-1/0,1/0,-1/0];for(let f of t)n=Math.min(n,
e[f]),d=Math.max(d,r[f]),m=Math.min(m,o[f]),h=Math.max(h,s[f]);return{x:(n+d)/2,y:(m+h)/2,width:d-n,height:h-m}}var Nt=.88,wt=1.6,yt=1e5,Bt=({width:t,height:e},r)=>z(t/r[0]/(e/r[1])||1,1/wt,wt),jt=({x:t,y:e,width:r,height:o},s,n)=>({x:t,y:e,unit:Math.max(r/n/s[0],o/s[1])/
Nt});function Pt(t,e,r,o){let[s,n]=[e.unit*o*r[0],e.unit*r[1]].map(d=>d/2);return{x:z(t.x,e.x-s,e.x+s),y:z(t.y,e.y-n,e.y+n),unit:z(t.unit,e.unit/yt,e.unit*1.5)}}
function Gt(t,e,r){let o=r*r*(3-2*r),s=t.unit*(e.unit/t.unit)**o,n=t.unit===e.unit?o:(s-t.unit)/(e.unit-t.unit);return{x:t.x+(e.x-t.x)*n,y:t.y+(e.y-t.y)*n,unit:s}}
function kt(t,e,r){let{x_range:o,y_range:s}=t,n=[0,0],d=1,m=null,h=0,f=!1,c={get size(){return n},get home(){return m},get units(){let{unit:u}=c.current();return[
u*d,u]},current:()=>({x:(o.start+o.end)/2,y:(s.start+s.end)/2,unit:(s.end-s.start)/t.inner_height}),across:u=>(u-o.start)/(o.end-o.start)*n[0],down:u=>(s.end-u)/
(s.end-s.start)*n[1],fromAcross:u=>o.start+u/n[0]*(o.end-o.start),fromDown:u=>s.end-u/n[1]*(s.end-s.start),pixels:u=>[c.across(e.left[u]),c.across(e.right[u]),c.
down(e.top[u]),c.down(e.bottom[u])],look(u){let{x:i,y:g,unit:l}=Pt(u,m,n,d),[k,p]=[l*d*n[0]/2,l*n[1]/2];o.setv({start:i-k,end:i+k}),s.setv({start:g-p,end:g+p})},
stop:()=>cancelAnimationFrame(h),fly(u){if(c.stop(),matchMedia("(prefers-reduced-motion: reduce)").matches)return c.look(u);let i=c.current(),g=performance.now(),
l=k=>{let p=z((k-g)/350,0,1);c.look(Gt(i,u,p)),p<1&&(h=requestAnimationFrame(l))};h=requestAnimationFrame(l)},goTo(u){if(!u.length)return;let i=a(u);c.fly({...i,
unit:u.length===1?i.unit*1.8:i.unit})},zoom:u=>c.fly({...c.current(),unit:c.current().unit*u}),pan(u,i){let{x:g,y:l,unit:k}=c.current();c.fly({x:g+u*k*d*n[0],y:l+
i*k*n[1],unit:k})}};function a(u){let i=jt(q(u,e),n,d);return{...i,unit:i.unit||(m?m.unit/20:1/n[1])}}function x(){f||(f=!0,queueMicrotask(()=>{if(f=!1,!m)return;
let{unit:u}=c.current();(u>m.unit*1.501||u<m.unit*.999/yt)&&c.look(c.current()),r()}))}function w(){let u=[t.inner_width,t.inner_height];if(!u[0]||!u[1]||u[0]===
n[0]&&u[1]===n[1])return;let i=m&&{...c.current(),unit:(s.end-s.start)/n[1]},g=m===null||Math.abs(i.unit/m.unit-1)<.01;n=u,d=Bt(q(e.everyone,e),n),m=a(e.everyone),
c.look(g?m:i),x()}for(let u of[o,s])u.change.connect(x);for(let u of["inner_width","inner_height"])t.properties[u].change.connect(w);return w(),c}async function Rt(){await Bokeh.embed.embed_item(K("plot-json"),"plot");let t=Bokeh.documents.at(-1),[e,r,o,s]=["map","boxes","labels","names"].map(y=>t.get_model_by_name(
y)),n=xt(K("datasets-json"),r.data),d=st(n),m=kt(e,n,()=>{c.hover(null),h.write()}),h=ct(o,s,n,m,d),f=Q(r,n,d),c=ft(n,m,d,i),a=at(n,d,k),x=nt(n,u),w=gt(n,{select:i,
mark:g,goTo:m.goTo,clearField:()=>a.field=null,writeCount:x.writeCount});function u(){c.hover(null),f(),h.write()}function i(y,E=!1){if(n.selected=y,u(),c.writeDetails(),
y===null||!E)return;let[M,$,C,A]=m.pixels(y);(M<0||$>m.size[0]||C<0||A>m.size[1]||Math.max($-M,A-C)<24)&&m.goTo([y])}function g(y){n.marked=y,i(null)}function l(){
n.marked=null,w.clear(),a.field=null,x.writeCount()}function k(y){let E=a.field!==y;l(),a.field=E?y:null,g(E?new Set(n.everyone.filter(M=>n.datasets[M].field===
y)):null),a.focus(y)}function p(){if(w.isOpen)return w.close();n.selected===null&&l(),i(null)}function v(){d.update(),s.glyph.background_fill_color=d.sea,u(),a.
write(),c.writeDetails()}dt({state:n,view:m,labels:h,panels:c,select:i,clearMarks:l,escape:p}),it(),d.watch(v),v(),x.apply(),document.documentElement.dataset.ready=
"true"}Rt();
