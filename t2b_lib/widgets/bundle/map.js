/* Built from t2b_lib/widgets by `make bundle`. Sources: 46b574bfe856e1d6582ac2a4128623c25a4de20947ac935a30c6ceabb664c691 */
var oe=()=>window.frameElement?window.parent:window,se=e=>e.toLowerCase().replace(/[^\p{L}\p{N}]+/gu,"-"),Ie=(e,t)=>`${se(e)}?${new URLSearchParams(Object.entries(
t).filter(([,r])=>r))}`;function Re(e,t){let[r,n]=t.replace(/^#/,"").split("?");return n&&decodeURIComponent(r)===se(e)?Object.fromEntries(new URLSearchParams(n)):
null}function re(e){let t=0;return{read:()=>Re(e,oe().location.hash),write(r){clearTimeout(t),t=setTimeout(()=>{let{history:n,location:o}=oe();n.replaceState(n.
state,"",`${o.pathname}${o.search}#${Ie(e,r)}`)},250)}}}var U=(e,t,r)=>Math.min(Math.max(e,t),r);var ie=(e,t)=>e.length>t?`${e.slice(0,t-1)}…`:e,N=(e,t,r=`${t}s`)=>`${e.toLocaleString("en")} ${e===1?t:r}`;function je(e){let t=e>600,r=t?.8:1.3;return{plain:{fill:Math.min(.13,Math.max(.03,1.5/Math.sqrt(e))),line:t?.6:.9,width:r},placed:{fill:.25,line:1,width:4,ink:!0},
dim:{fill:.015,line:t?.06:.15,width:r},container:{fill:.07,line:1,width:2.5},content:{fill:t?.25:.38,line:1,width:1.3},match:{fill:t?.25:.38,line:1,width:1.6},near:{
fill:.1,line:1,width:1.3,dash:[4,3]},selected:{fill:.3,line:1,width:4,ink:!0},hidden:{fill:0,line:0,width:1}}}var Pe=e=>e===null?1:U(.5+(Math.log10(Math.max(e,1))-
2)/3,.5,1.5);function le(e,t){let{datasets:r,everyone:n}=e,o=je(r.length),i=r.map(({samples:s})=>({...o.plain,width:o.plain.width*Pe(s)})),c={drawn:[],update(){
let{roles:s}=e;c.drawn=n.map(u=>{if(!e.isShown(u))return o.hidden;let f=s?.get(u)??(r[u].placed?"placed":s?"dim":"plain");return f==="plain"?i[u]:o[f]})},paint(s,u){
let[f,m]=u.size;for(let k of n){let d=c.drawn[k];if(d.line===0)continue;let[l,x,g,a]=u.pixels(k);if(x<0||a<0||l>f||g>m)continue;let b=t.hue(k);s.fillStyle=b,s.globalAlpha=
d.fill,s.fillRect(l,g,x-l,a-g),s.strokeStyle=d.ink?t.ink:b,s.globalAlpha=d.line,s.lineWidth=d.width,d.dash&&s.setLineDash(d.dash),s.strokeRect(l,g,x-l,a-g),d.dash&&
s.setLineDash([])}s.globalAlpha=1}};return c}var Be=e=>{let t=String(e??"");return/[",\n]/.test(t)?`"${t.replaceAll('"','""')}"`:t},Ue=e=>e.replace(/[&<>"]/g,t=>({"&":"&amp;","<":"&lt;",">":"&gt;",'"':"&qu\
ot;"})[t]);function ce(e,{datasets:t,classes:r,fields:n}){let o=e.map(c=>{let{name:s,field:u,samples:f,licence:m,url:k,classes:d}=t[c],l=d.map(x=>r[x]).join("|");
return[s,u===null?"":n[u],f,m,k,d.length,l]});return[["name","field","samples","licence","url","number of classes","classes"],...o].map(c=>`${c.map(Be).join(",")}\

`).join("")}function ae({state:e,scheme:t,view:r,boxes:n,labels:o}){let[i,c]=r.size,s=m=>m.toFixed(1),u=e.everyone.filter(m=>n.drawn[m].line).map(m=>{let[k,d,l,
x]=r.pixels(m),{fill:g,line:a,width:b,ink:L}=n.drawn[m],w=t.hue(m);return`<rect x="${s(k)}" y="${s(l)}" width="${s(d-k)}" height="${s(x-l)}" fill="${w}" fill-op\
acity="${g}" stroke="${L?t.ink:w}" stroke-opacity="${a}" stroke-width="${b}"/>`}),f=o.written.map(m=>`<text x="${s(m.x+2)}" y="${s(m.y+2+m.pixels)}" font-size="${m.
pixels}" font-weight="${m.style}" fill="${o.colour(m)}">${Ue(m.text)}</text>`);return`<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${i} ${c}" font-famil\
y="system-ui, sans-serif"><rect width="100%" height="100%" fill="${t.sea}"/>${u.join("")}${f.join("")}</svg>`}function ee(e,t,r){let n=document.createElement("a");
n.href=URL.createObjectURL(new Blob([r],{type:t})),n.download=e,n.click(),setTimeout(()=>URL.revokeObjectURL(n.href),1e3)}function We(e,t,r){for(let[n,o]of Object.entries(t))n.startsWith("on")?e.addEventListener(n.slice(2),o):n.startsWith("--")?e.style.setProperty(n,o):o!=null&&e.setAttribute(
n,o);return e.append(...r.filter(n=>n!=null)),e}var E=(e,t={},...r)=>We(document.createElement(e),t,r);var M=e=>document.querySelector(e),ue=e=>JSON.parse(document.getElementById(e).textContent),K=e=>E("span",{class:"swatch","--hue":e}),V=new Intl.NumberFormat("e\
n",{notation:"compact",maximumSignificantDigits:3});var X="unknown",de=["2 to 9 classes","10 to 49 classes","50 to 199 classes","200 classes or more"],fe=["below 1,000","1,000 to 10,000","10,000 to 100,000","100,\
000 or more"];function qe(e){return e?/-nc|non-?commercial|research/i.test(e)?"not for commercial use":/^(cc0|cc-by|mit|apache|bsd|pd|odc|cdla|gpl|public|etalab|openrail)/i.
test(e)?"open":"its own terms":X}var me=(e,t)=>e.filter(r=>t>=r).length;function te(e,{datasets:t,fields:r}){if(e==="field")return{names:r,of:t.map(({field:s})=>s)};
let n={licence:({licence:s})=>qe(s),classes:({classes:s})=>s.length?de[me([10,50,200],s.length)]:X,size:({samples:s})=>s===null?X:fe[me([1e3,1e4,1e5],s)]}[e],o=t.
map(n),c=["open","not for commercial use","its own terms",...de,...fe,X].filter(s=>o.includes(s));return{names:c,of:o.map(s=>c.indexOf(s))}}function pe(e,{filtered:t,coloured:r}){let n=["licence","classes"].map(c=>[c,te(c,e)]);for(let[c,{names:s,of:u}]of n){let f=M(`#by-${c}`);f.append(...s.map((m,k)=>E(
"option",{value:k},m))),f.disabled=s.length<2,f.addEventListener("change",()=>{let{value:m}=f;m===""?delete e.facets[c]:e.facets[c]=k=>u[k]===Number(m),t()})}let o=M(
"#colour"),i=()=>{e.groups=te(o.value,e),r()};return o.addEventListener("change",i),{get values(){let c=n.map(([s])=>[s,M(`#by-${s}`).value]);return{...Object.fromEntries(
c),colour:o.value==="field"?"":o.value}},start(c){for(let s of[...n.map(([u])=>u),"colour"]){let u=s==="colour"?o:M(`#by-${s}`);c[s]!==void 0&&(u.value=c[s],u.dispatchEvent(
new Event("change")))}}}}var he=e=>Math.log10(Math.max(e,1));function Ge(e){if(!e.length)return[0,1];let[t,r]=[Math.min(...e),Math.max(...e)],n=[Math.floor(he(t)),Math.ceil(he(r))];return n[0]===
n[1]?[n[0],n[0]+1]:n}function ge(e,t){let{datasets:r}=e,n=[M("#least"),M("#most")],o=r.map(u=>u.samples).filter(u=>u!==null),i=Ge(o);function c(){let u=e.everyone.
filter(e.isShown).length,f=r.length-o.length,m=e.range&&f?` (${N(f,"dataset")} of unknown size hidden)`:"";M("#count").textContent=u===r.length?N(u,"dataset"):`${u.
toLocaleString("en")} of ${N(r.length,"dataset")}${m}`}function s(){let u=n.map(d=>Number(d.value)),f=u[0]===i[0]&&u[1]===i[1];e.range=f?null:u.map(d=>10**d);let m=u.
map(d=>V.format(10**d));n.forEach((d,l)=>d.setAttribute("aria-valuetext",`${m[l]} samples`)),n[0].style.zIndex=u[0]>(i[0]+i[1])/2?1:0,M("#sizes").textContent=f?
"any number":`${m[0]} to ${m[1]}`;let k=d=>`${100*(d-i[0])/(i[1]-i[0])}%`;M(".track .span").style.left=k(u[0]),M(".track .span").style.right=`calc(100% - ${k(u[1])}\
)`,t(),c()}return n.forEach((u,f)=>{Object.assign(u,{min:i[0],max:i[1],step:.05,value:i[f]}),u.disabled=!o.length,u.addEventListener("input",()=>{let m=n.map(k=>Number(
k.value));m[0]>m[1]&&(u.value=m[1-f]),s()})}),{apply:s,writeCount:c}}var we=e=>[1,3,5].map(t=>parseInt(e.slice(t,t+2),16)),Ke=e=>Math.round(e).toString(16).padStart(2,"0");function xe(e,t){let[r,n]=[we(e),we(t)];return`#${r.map((o,i)=>Ke(
.6*o+.4*n[i])).join("")}`}function He(){let e=window.frameElement?.ownerDocument,t=e?.documentElement,r=e?.body.dataset.jpThemeLight,n=t?.dataset.theme??t?.getAttribute(
"theme")??(r===void 0?void 0:r==="true"?"light":"dark"),o=matchMedia("(prefers-color-scheme: dark)").matches?"dark":"light";return n==="light"||n==="dark"?n:o}function ye(e){
let t={};return{get ink(){return t.ink},get sea(){return t.sea},field:r=>t.fields[r],hue:r=>t.fields[e.groups.of[r]]??t.none,update(){let r=document.documentElement;
r.dataset.scheme=He();let n=getComputedStyle(r),o=i=>n.getPropertyValue(`--${i}`).trim();t={ink:o("ink"),sea:o("sea"),none:o("none"),fields:e.groups.names.map((i,c)=>o(
`field-${c}`)||o("none"))}},watch(r){matchMedia("(prefers-color-scheme: dark)").addEventListener("change",r);let n=window.frameElement?.ownerDocument;if(!n)return;
let o=new MutationObserver(r),i={attributeFilter:["data-theme","theme","data-jp-theme-light"]};o.observe(n.documentElement,i),o.observe(n.body,i)}}}function be(){
let e=window.frameElement;if(document.documentElement.classList.toggle("framed",!!e),!e)return;let t=()=>e.style.height=`${Math.ceil(M("main").getBoundingClientRect().
height)}px`;new ResizeObserver(t).observe(M("main"))}var Ye=[14,13,12,11],Q=2,_e=30,Ve=4e4,Je=300,Ze=(e,t)=>e.x>=t.x+t.width||t.x>=e.x+e.width||e.y>=t.y+t.height||t.y>=e.y+e.height;function Xe([e,t,r,n],{width:o,height:i},[
c,s]){let[u,f]=[Math.max(e,1)+3,Math.min(t,c-1)-3],[m,k]=[Math.max(r,1)+2,Math.min(n,s-1)-2],d=(u+f-o)/2,l=(m+k-i)/2;return{room:f-u,rise:k-m,middle:[[d,l]],within:[
[u,m],[u,k-i],[f-o,m],[f-o,k-i],[d,l]],beside:[[d,n],[d,r-i],[t+2,l],[e-o-2,l],[e,r-i],[t-o,r-i],[e,n],[t-o,n]]}}function Qe(e){let t=document.createElement("ca\
nvas").getContext("2d"),r=new Map;return(n,o,i)=>{let c=`${i} ${o} ${n}`;return r.has(c)||(t.font=`${i} ${o}px ${e}`,r.set(c,t.measureText(n).width+2*Q)),r.get(
c)}}function ke(e,t,r){let{datasets:n,everyone:o,areas:i,left:c,right:s,bottom:u,top:f}=e,m=getComputedStyle(document.body).fontFamily,k=Qe(m),d=[],l=w=>w===e.selected||
n[w].placed;function x(w){let O=w?[...w.keys()].sort((C,p)=>i[p]-i[C]):e.largestFirst;return[...o.filter(l),...O.filter(C=>!l(C))].filter(e.isShown)}function g(w){
let[O,C]=[t.fromAcross(w.x),t.fromAcross(w.x+w.width)],[p,y]=[t.fromDown(w.y+w.height),t.fromDown(w.y)];return o.every(v=>c[v]>C||s[v]<O||u[v]>y||f[v]<p||!e.isShown(
v))}function a(w,O,C){let[p,y]=t.size,v=O>.06*p*y,h=ie(n[w].name.replace(/\s+/g," "),_e),$=l(w)||v?"bold":"normal",S=Ye[v?0:O>.008*p*y||C?1:O>.004*p*y?2:3],A=Math.
ceil(1.3*S)+2*Q;return{i:w,text:h,style:$,pixels:S,width:k(h,S,$),height:A}}function b(){let[w,O]=t.size,{offsetLeft:C,offsetTop:p,offsetWidth:y,offsetHeight:v}=M(
".buttons"),h=[{x:C,y:p,width:y,height:v}],$=z=>z.x>=1&&z.y>=1&&z.x+z.width<=w-1&&z.y+z.height<=O-1&&h.every(B=>Ze(z,B)),{roles:S}=e,A=Math.max(12,Math.round(w*
O/4e3)),T=Math.min(200,Ve/o.length),F=0;for(let z of x(S)){if(h.length>A||F>Je)break;let B=t.pixels(z),[G,q,D,I]=B;if(q<0||I<0||G>w||D>O)continue;let R=l(z)||S?.
get(z)==="match",J=(q-G)*(I-D);if(!R&&J<150){if(S===null)break;continue}let Y=a(z,J,R),j=Xe(B,Y,t.size),_=(Z,ze=$)=>Z.map(([De,Ne])=>({...Y,x:De,y:Ne})).find(ze),
P;j.rise>=Y.height&&(Y.width<=j.room?P=_(j.within):Y.width<=1.6*j.room&&(P=_(j.middle))),!P&&R&&(P=_([...j.beside,...j.middle])),!P&&T-- >0&&(P=_(j.beside,Z=>$(
Z)&&g(Z))),P||(P=_([...j.middle,...j.within])),P?h.push(P):F+=1}return h.slice(1)}let L=({i:w})=>l(w)?r.ink:xe(r.hue(w),r.ink);return{colour:L,get written(){return d},
write(){d=b()},paint(w){w.textBaseline="top";for(let{i:O,x:C,y:p,width:y,height:v,text:h,style:$,pixels:S}of d)w.globalAlpha=.72,w.fillStyle=r.sea,w.beginPath(),
w.roundRect(C,p,y,v,3),w.fill(),w.globalAlpha=1,w.fillStyle=L({i:O}),w.font=`${$} ${S}px ${m}`,w.fillText(h,C+Q,p+Q+.15*S)},at:(w,O)=>d.find(C=>w>=C.x&&w<=C.x+C.
width&&O>=C.y&&O<=C.y+C.height)?.i}}function ve(e,t,r){let{datasets:n}=e,o=n.some(s=>s.placed),i=null;function c(){let s=(u,f)=>E("button",{type:"button","data-field":f,"aria-pressed":i===f,onclick:()=>r(
f)},K(t.field(f)),u,E("small",{},String(e.groups.of.filter(m=>m===f).length)));M("#legend").replaceChildren(...e.groups.names.map((u,f)=>E("li",{},s(u,f))),o?E(
"li",{class:"placed"},K(t.ink),"placed on the map"):"")}return{write:c,get field(){return i},set field(s){i=s,c()},focus:s=>M(`[data-field="${s}"]`).focus()}}var et={aerial:["remote sensing"],bird:["cub-200"],car:["stanford cars"],crop:["plants"],digit:["digits and letters"],drawing:["sketch","quick, draw"],flower:["\
flowers"],garbage:["trash","waste"],handwriting:["digits and letters","handwritten"],insect:["inaturalist"],landuse:["remote sensing"],plane:["aircraft","airpla\
ne"],satellite:["remote sensing"],"skin cancer":["melanoma","skin lesion","dermamnist"],"traffic sign":["gtsrb"],waste:["trash","garbage"],"x-ray":["chest","cxr",
"chexpert"],xray:["chest","cxr","chexpert"]};function tt(e){let t=e.replace(/([^s])s$/,"$1").replace(/ie$/,"y"),r=[e,...t.length>2?[t]:[]];return[...new Set([...r,
...r.flatMap(n=>et[n]??[])])]}var W=e=>e.normalize("NFD").replace(/\p{M}/gu,"").toLowerCase();function nt(e,t){let r=t.replace(/[\\^$.*+?()[\]{}|/]/g,"\\$&"),n=new RegExp(
`(?<![\\p{L}\\p{N}])${r}`,"u"),o=i=>i===t?0:i.startsWith(t)?1:n.test(i)?2:3;return e.map((i,c)=>({i:c,rank:o(i),length:i.length})).filter(({i})=>e[i].includes(t)).
sort((i,c)=>i.rank-c.rank||i.length-c.length)}function $e({datasets:e,classes:t,fields:r,isShown:n}){let o=r.map(W),i=e.map(d=>W(d.name)),c=t.map(W),s=new Map;e.
forEach((d,l)=>{for(let x of d.classes){let g=c[x];s.has(g)||s.set(g,{spelling:t[x],having:new Set}),s.get(g).having.add(l)}});let u=[...s.keys()],f=[...s.values()];
function m(d,l){let x=new Map;for(let g of l)for(let a of nt(d,g))x.has(a.i)||x.set(a.i,a);return[...x.values()]}function k(d){let l=W(d.trim());if(!l)return null;
let x=tt(l),g=m(i,x).map(({i:y})=>y).filter(n),a=m(o,x).filter(({rank:y})=>y<3).map(({i:y})=>y),b=m(u,x),L=b.filter(({rank:y})=>y<3),O=(L.length||g.length||a.length?
L:b).map(({i:y})=>f[y]),C=new Set(g);e.forEach(({field:y},v)=>a.includes(y)&&n(v)&&C.add(v));let p=new Map;for(let{having:y}of O)for(let v of y)n(v)&&p.set(v,(p.
get(v)??0)+1);for(let[y]of[...p].sort((v,h)=>h[1]-v[1]))C.add(y);return{byName:g,byField:a,byClass:O,found:C}}return{search:k}}function Se(e,t){let r=Math.min(Math.
max(8-e,Math.min(3,t)),t);return[Math.min(e,8-r),r]}var Ee=3;function ot([e,t],{width:r,height:n},[o,i]){return[e+16+r<o?e+16:Math.max(4,e-16-r),Math.max(4,Math.min(t+16,i-n-4))]}var H=(...e)=>E("p",{},...e);function Me(e,t,r,{
select:n,compare:o}){let{datasets:i,classes:c,fields:s}=e,u=null,f=({samples:p,classes:y,licence:v})=>[p===null?"size unknown":`${V.format(p)} samples`,y.length?
N(y.length,"class","classes"):null,v??"licence unknown"].filter(Boolean).join(" · ");function m(p,y){let v=p.classes.slice(0,y).map($=>c[$]),h=p.classes.length-
v.length;return v.join(", ")+(h>0?` and ${h.toLocaleString("en")} more`:"")}let k=p=>E("button",{type:"button",class:"opener",onclick:()=>n(p,!0)},i[p].name);function d(p,y,v){
if(!p.length)return null;let h=p.slice(0,v).map(([$,S])=>E("li",{"--share":S,"--hue":r.hue($)},i[$].name,E("span",{},S.toFixed(2))));return E("ul",{class:"overl\
aps","aria-label":y},...h)}let l=p=>p.map(([y,v])=>[c[y],c[v]]).map(([y,v])=>W(y)===W(v)?y:`${y} → ${v}`).join(", ");function x(p,y,v,h){if(!y.length)return null;
let $=y.map(([S,A,T])=>{let F=h?e.drawn(p,S):e.drawn(S,p),z=A.toFixed(2);return E("li",{"--share":A,"--hue":r.hue(S)},E("div",{},k(S),g(p,S)),E("span",{title:"c\
ounted, and drawn"},`${z} · ${F.toFixed(2)}`),T?.length?E("small",{class:"evidence"},l(T)):null)});return E("ul",{class:"overlaps","aria-label":v},...$)}let g=(p,y)=>E(
"button",{type:"button",class:"compare","aria-label":`Compare with ${i[y].name}`,title:"Compare",onclick:()=>o(p,y)},"⇄"),a=p=>[E("strong",{},p.name),E("p",{class:"\
facts"},f(p)),p.classes.length?H(m(p,5)):null,d(p.within,"contained in",Ee),d(p.contents,"contains",Ee)];function b(p,y=0,v=0){let[h,$]=[M(".ring"),M(".tooltip")];
M("#stage").classList.toggle("on-box",p!==null),h.hidden=$.hidden=p===null;let S=p!==u;if(u=p,p===null)return;if(S){$.replaceChildren(...a(i[p]).filter(Boolean));
let[B,G,q,D]=t.pixels(p);Object.assign(h.style,{left:`${B-1}px`,top:`${q-1}px`,width:`${G-B+2}px`,height:`${D-q+2}px`})}let{offsetWidth:A,offsetHeight:T}=$,[F,z]=ot(
[y,v],{width:A,height:T},t.size);$.style.transform=`translate(${F}px, ${z}px)`}let L=()=>[E("p",{class:"help"},"Each box is a dataset. Where one lies inside ano\
ther, the samples of the first are much like some of the second. The wider its line, the more samples it has."),E("p",{class:"help"},"Point at a box to see what\
 it is; click it to see what contains it and what it contains."),E("h3",{class:"classes"},"The largest boxes"),E("ul",{class:"entries"},...e.largestFirst.slice(
0,10).map(p=>E("li",{},K(r.hue(p)),k(p))))];function w(p){let y=i[p],v={type:"button","aria-label":"Close the details",onclick:()=>n(null)},{samples:h,licence:$,
url:S,field:A}=y,T=y.classes.length;return[E("h2",{},E("span",{},y.name),E("button",v,"×")),A===null?null:H(K(r.hue(p)),s[A]),H(h===null?"Size unknown":N(h,"sa\
mple")),H($===null?"Licence unknown":`Licence: ${$}`),S&&E("a",{class:"link",href:S,target:"_blank",rel:"noopener noreferrer"},"The dataset’s page ↗"),x(p,y.
within,"Contained in: counted · drawn (from 0.50: bold)",!0),x(p,y.contents,"Contains: counted · drawn (from 0.50: filled)",!1),T?E("h3",{class:"classes"},N(T,
"class","classes")):null,T?H(m(y,60)):null]}function O(p,y){let[v,h]=[i[p],i[y]],$=(D,I)=>D.within.find(([R])=>i[R]===I)?.[1],S=D=>D===void 0?"below the list":D.
toFixed(2),A=D=>new Set(D.classes.map(I=>W(c[I]))),[T,F]=[A(v),A(h)],z=[...T].filter(D=>F.has(D)),B=[["",v.name,h.name],["samples",...[v,h].map(({samples:D})=>D===
null?"?":V.format(D))],["classes",v.classes.length,h.classes.length],["field",...[v,h].map(({field:D})=>D===null?"?":s[D])],["licence",v.licence??"unknown",h.licence??
"unknown"],["in the other, counted",S($(v,h)),S($(h,v))],["in the other, drawn",S(e.drawn(p,y)),S(e.drawn(y,p))]],G={type:"button","aria-label":"Close the compa\
rison",onclick:()=>o(p,null)},q=(D,I,R)=>E(I&&R?"td":"th",{scope:I&&R?null:R?"row":"col"},String(D));return[E("h2",{},E("span",{},"Side by side"),E("button",G,"\
×")),E("table",{},...B.map((D,I)=>E("tr",{},...D.map((R,J)=>q(R,J,I))))),E("h3",{class:"classes"},N(z.length,"class","classes")+" in common"),H(z.slice(0,60).join(
", "))]}function C(){let p=M("#details"),y=p.contains(document.activeElement),{selected:v,other:h}=e,S=v===null?L():h===null?w(v):O(v,h);if(p.replaceChildren(...S.
filter(Boolean)),v===null){y&&M("#stage").focus({preventScroll:!0});return}p.scrollTop=0,y&&p.querySelector("h2 button").focus({preventScroll:!0})}return{hover:b,
writeDetails:C}}function st([e,t],[r,n],o){let{left:i,right:c,bottom:s,top:u,areas:f,roles:m}=o,[k,d]=[null,1/0];for(let l of o.everyone){let x=c[l]-i[l]<6*r?2*r:0,g=u[l]-s[l]<
6*n?2*n:0;if(e<i[l]-x||e>c[l]+x||t<s[l]-g||t>u[l]+g||!o.isShown(l))continue;let a=f[l]+(m&&!m.has(l)?1e300:0);(a<d||k===null)&&([k,d]=[l,a])}return k}function Le({
state:e,view:t,labels:r,panels:n,select:o,clearMarks:i,escape:c}){let s=M("#stage"),u=([a,b])=>r.at(a,b)??st([t.fromAcross(a),t.fromDown(b)],t.units,e),f=a=>{let b=M(
"#plot").getBoundingClientRect();return[a.clientX-b.left,a.clientY-b.top]};s.addEventListener("pointermove",a=>{if(a.pointerType==="touch"||a.buttons)return;if(a.
target.closest(".buttons"))return n.hover(null);let b=f(a);n.hover(u(b),...b)}),s.addEventListener("pointerleave",()=>n.hover(null));let m=[0,0],k=null;s.addEventListener(
"pointerdown",a=>{d=!0,m=f(a),!(a.pointerType==="touch"||a.button||a.target.closest(".buttons"))&&(k=m,s.setPointerCapture(a.pointerId))}),s.addEventListener("p\
ointermove",a=>{if(!k)return;let b=f(a);t.drag(b[0]-k[0],b[1]-k[1]),k=b});for(let a of["pointerup","pointercancel"])s.addEventListener(a,()=>k=null);s.addEventListener(
"click",a=>{if(a.target.closest(".buttons"))return;let b=f(a);if(Math.hypot(b[0]-m[0],b[1]-m[1])>5)return;let L=u(b);L===null&&e.selected===null&&i(),o(L===e.selected?
null:L)}),rt(s,f,t);let d=!window.frameElement,l=0;document.documentElement.addEventListener("pointerleave",()=>d=!window.frameElement),s.addEventListener("whee\
l",a=>{if(d||a.ctrlKey||a.metaKey){a.preventDefault();let b=a.deltaY*(a.deltaMode?30:1);return t.zoomAbout(Math.exp(b/500),...f(a))}t.stop(),M(".hint").hidden=!1,
clearTimeout(l),l=setTimeout(()=>M(".hint").hidden=!0,1200)},{passive:!1});let x={in:()=>t.zoom(1/1.6),out:()=>t.zoom(1.6),home:()=>t.fly(t.home)};for(let[a,b]of Object.
entries(x))M(`#${a}`).addEventListener("click",b);let g={ArrowLeft:()=>t.pan(-.15,0),ArrowRight:()=>t.pan(.15,0),ArrowUp:()=>t.pan(0,.15),ArrowDown:()=>t.pan(0,
-.15),"+":x.in,"-":x.out,0:x.home};s.addEventListener("keydown",a=>{!g[a.key]||a.target!==s||(a.preventDefault(),g[a.key]())}),document.addEventListener("keydow\
n",a=>{a.key==="Escape"&&c()})}function rt(e,t,r){let n=({touches:c})=>{let[s,u]=[t(c[0]),t(c[1])];return{middle:[(s[0]+u[0])/2,(s[1]+u[1])/2],span:Math.max(1,Math.
hypot(s[0]-u[0],s[1]-u[1]))}},o=null,i=c=>{o=c.touches.length===2?n(c):null,o&&c.preventDefault()};for(let c of["touchstart","touchend","touchcancel"])e.addEventListener(
c,i,{passive:!1});e.addEventListener("touchmove",c=>{if(!o)return;c.preventDefault();let s=n(c);r.drag(s.middle[0]-o.middle[0],s.middle[1]-o.middle[1]),r.zoomAbout(
o.span/s.span,...s.middle),o=s},{passive:!1})}function Oe(e,t){let r=$e(e),n=M("#search"),o=M("#suggestions"),i=[],c=-1;function s(){let g=r.search(n.value);if(i=[],t.clearField(),g===null)t.mark(null),t.writeCount();else{
let{byName:a,byField:b,found:L}=g;if(t.mark(L.size?L:null),m(a.length,b,L),i=u(g),L.size===1){let[w]=L;t.select(w),t.goTo([w])}}c=-1,k()}function u({byName:g,byField:a,
byClass:b}){let[L,w]=Se(g.length,b.length);return[...a.slice(0,2).map(O=>({text:e.fields[O],note:"field",choose:()=>t.markField(O)})),...g.slice(0,L).map(O=>({text:e.
datasets[O].name,note:"dataset",choose:()=>t.select(O,!0)})),...b.slice(0,w).map(O=>({text:O.spelling,note:`class of ${N(O.having.size,"dataset")}`,choose:()=>f(
O)}))]}function f({spelling:g,having:a}){let b=[...a].filter(e.isShown);t.mark(new Set(b)),M("#count").textContent=`${N(b.length,"dataset")} with the class “${g}\
”`,b.length===1&&t.select(b[0]),t.goTo(b)}function m(g,a,b){let L=[...b].slice(g).filter(O=>a.includes(e.datasets[O].field)),w=[`${g} by name`];L.length&&w.push(
`${L.length} by field`),w.push(`${b.size-g-L.length} by class`),M("#count").textContent=b.size?`${N(b.size,"dataset")} found: ${w.join(", ")}`:`No dataset and n\
o class is called “${n.value.trim()}”`}function k(){o.replaceChildren(...i.map((g,a)=>E("li",{id:`option-${a}`,role:"option","aria-selected":a===c,onpointerdown:b=>b.
preventDefault(),onclick:()=>l(a)},E("span",{},g.text),E("small",{},g.note)))),o.hidden=!i.length,n.setAttribute("aria-expanded",!o.hidden),c<0?n.removeAttribute(
"aria-activedescendant"):n.setAttribute("aria-activedescendant",`option-${c}`)}function d(){i=[],c=-1,k()}function l(g){let a=i[g];n.value=a.text,d(),a.choose()}
function x(g){let a=i.length;c=c<0&&g<0?a-1:(c+g+a)%a,k()}return n.addEventListener("input",s),n.addEventListener("blur",d),n.addEventListener("keydown",g=>{g.key===
"Enter"?(c>=0?l(c):e.marked&&t.goTo([...e.marked].filter(e.isShown)),d()):(g.key==="ArrowDown"||g.key==="ArrowUp")&&i.length&&(g.preventDefault(),x(g.key==="Arr\
owDown"?1:-1))}),{close:d,get text(){return n.value.trim()},start(g){n.value=g,s(),d()},get isOpen(){return!o.hidden},clear(){n.value="",d()}}}function Ce({datasets:e,classes:t,fields:r,left:n,right:o,bottom:i,top:c}){let s=[...e.keys()],u=s.map(d=>(o[d]-n[d])*(c[d]-i[d])),f=(d,l)=>{let x=(g,a)=>Math.max(
0,Math.min(a[d],a[l])-Math.max(g[d],g[l]));return u[d]?x(n,o)*x(i,c)/u[d]:0},m=s.map(()=>[]);for(let d of s)for(let l of e[d].containers)m[l].push(d);let k={datasets:e,
classes:t,fields:r,left:n,right:o,bottom:i,top:c,everyone:s,areas:u,contained:m,largestFirst:[...s].sort((d,l)=>u[l]-u[d]),groups:{names:r,of:e.map(({field:d})=>d)},
selected:null,other:null,marked:null,range:null,facets:{},drawn:f,isShown(d){let[{range:l},{samples:x}]=[k,e[d]];return(l===null||x!==null&&x>=l[0]&&x<=l[1])&&Object.
values(k.facets).every(a=>a(d))},get roles(){let{selected:d,marked:l}=k;if(d===null)return l&&new Map([...l].map(w=>[w,"match"]));let{other:x}=k;if(x!==null)return new Map(
[[x,"selected"],[d,"selected"]]);let{within:g,contents:a,containers:b}=e[d],L=new Map([...g,...a].map(([w])=>[w,"near"]));for(let w of m[d])L.set(w,"content");for(let w of b)
L.set(w,"container");return L.set(d,"selected")}};return k}function ne(e,{left:t,right:r,bottom:n,top:o}){let[i,c,s,u]=[1/0,-1/0,1/0,-1/0];for(let f of e)i=Math.
min(i,t[f]),c=Math.max(c,r[f]),s=Math.min(s,n[f]),u=Math.max(u,o[f]);return{x:(i+c)/2,y:(s+u)/2,width:c-i,height:u-s}}var it=.88,Ae=2.2,lt=1e5,ct=({width:e,height:t},r)=>U(e/r[0]/(t/r[1])||1,1/Ae,Ae),at=({x:e,y:t,width:r,height:n},o,i)=>({x:e,y:t,unit:Math.max(r/i/o[0],n/o[1])/
it});function Fe(e,t,r,n){let[o,i]=[t.unit*n*r[0],t.unit*r[1]].map(c=>c/2);return{x:U(e.x,t.x-o,t.x+o),y:U(e.y,t.y-i,t.y+i),unit:U(e.unit,t.unit/lt,t.unit*1.5)}}
function ut(e,t,r){let n=r*r*(3-2*r),o=e.unit*(t.unit/e.unit)**n,i=e.unit===t.unit?n:(o-e.unit)/(t.unit-e.unit);return{x:e.x+(t.x-e.x)*i,y:e.y+(t.y-e.y)*i,unit:o}}
function Te(e,t,r){let n=null,o=[0,0],i=1,c=null,s=0,u=0,f={get size(){return o},get home(){return c},get units(){return[n.unit*i,n.unit]},current:()=>({...n}),
across:l=>(l-n.x)/(n.unit*i)+o[0]/2,down:l=>(n.y-l)/n.unit+o[1]/2,fromAcross:l=>n.x+(l-o[0]/2)*n.unit*i,fromDown:l=>n.y-(l-o[1]/2)*n.unit,pixels:l=>[f.across(t.
left[l]),f.across(t.right[l]),f.down(t.top[l]),f.down(t.bottom[l])],look(l){n=Fe(l,c,o,i),!u&&(u=requestAnimationFrame(()=>{u=0,r()}))},stop:()=>cancelAnimationFrame(
s),fly(l){if(f.stop(),matchMedia("(prefers-reduced-motion: reduce)").matches)return f.look(l);let x=f.current(),g=performance.now(),a=b=>{let L=U((b-g)/350,0,1);
f.look(ut(x,l,L)),L<1&&(s=requestAnimationFrame(a))};s=requestAnimationFrame(a)},goTo(l){if(!l.length)return;let x=k(l);f.fly({...x,unit:l.length===1?x.unit*1.8:
x.unit})},zoom:l=>f.fly({...n,unit:n.unit*l}),pan:(l,x)=>f.fly(m(-l*o[0],x*o[1])),drag(l,x){f.stop(),f.look(m(l,x))},zoomAbout(l,x,g){f.stop();let[a,b]=[f.fromAcross(
x),f.fromDown(g)],{unit:L}=Fe({...n,unit:n.unit*l},c,o,i),w=L/n.unit;f.look({x:a+(n.x-a)*w,y:b+(n.y-b)*w,unit:L})}},m=(l,x)=>({x:n.x-l*n.unit*i,y:n.y+x*n.unit,unit:n.
unit});function k(l){let x=at(ne(l,t),o,i);return{...x,unit:x.unit||(c?c.unit/20:1/o[1])}}function d(){let l=[e.clientWidth,e.clientHeight];if(!l[0]||!l[1]||l[0]===
o[0]&&l[1]===o[1])return;let x=c===null||Math.abs(n.unit/c.unit-1)<.01;o=l,i=ct(ne(t.everyone,t),o),c=k(t.everyone),f.look(x?c:n)}return new ResizeObserver(d).observe(
e),d(),f}function dt(){let e=Ce(ue("datasets-json")),t=ye(e);t.update();let r=!1,n=M("#plot"),o=Te(n,e,()=>{s.hover(null),i.write(),d()}),i=ke(e,o,t),c=le(e,t),s=Me(e,o,
t,{select:l,compare:x}),u=ve(e,t,b),f=ge(e,k),m=Oe(e,{select:l,mark:g,goTo:o.goTo,markField(h){O.start({colour:"field"}),u.field!==h&&b(h)},clearField:()=>u.field=
null,writeCount:f.writeCount});function k(){s.hover(null),c.update(),i.write(),d()}function d(){let[h,$]=o.size,S=window.devicePixelRatio||1,[A,T]=[Math.round(h*
S),Math.round($*S)];(n.width!==A||n.height!==T)&&Object.assign(n,{width:A,height:T});let F=n.getContext("2d");F.setTransform(S,0,0,S,0,0),F.clearRect(0,0,h,$),c.
paint(F,o),i.paint(F),r&&y()}function l(h,$=!1){if(e.selected=h,e.other=null,k(),s.writeDetails(),h===null||!$)return;let[S,A,T,F]=o.pixels(h);(S<0||A>o.size[0]||
T<0||F>o.size[1]||Math.max(A-S,F-T)<24)&&o.goTo([h])}function x(h,$){l(h),e.other=$,k(),s.writeDetails(),$!==null&&o.goTo([h,$])}function g(h){e.marked=h,l(null)}
function a(){e.marked=null,m.clear(),u.field=null,f.writeCount()}function b(h){let $=u.field!==h;a(),u.field=$?h:null,g($?new Set(e.everyone.filter(S=>e.groups.
of[S]===h)):null),u.focus(h)}function L(){if(m.isOpen)return m.close();e.selected===null&&a(),l(null)}function w(){t.update(),k(),u.write(),s.writeDetails()}let O=pe(
e,{filtered(){k(),f.writeCount()},coloured(){u.field=null,w()}});M("#csv").addEventListener("click",()=>{let h=e.roles?[...e.roles.keys()]:e.everyone;ee("datase\
ts.csv","text/csv",ce(h.filter(e.isShown),e))}),M("#svg").addEventListener("click",()=>ee("map.svg","image/svg+xml",ae({state:e,scheme:t,view:o,boxes:c,labels:i})));
let C=re(document.title),p=h=>e.datasets.findIndex($=>$.name===h);function y(){let{x:h,y:$,unit:S}=o.current(),A=Math.abs(S/o.home.unit-1)>.01,T=F=>F===null?"":
e.datasets[F].name;C.write({...O.values,search:m.text,dataset:T(e.selected),with:T(e.other),view:A?[h,$,S].map(F=>Number(F.toPrecision(5))).join(" "):""})}function v(){
let h=C.read();if(!h)return;O.start(h),h.search&&m.start(h.search);let[$,S]=[h.dataset,h.with].map(z=>z?p(z):-1);$>=0&&l($),$>=0&&S>=0&&x($,S);let[A,T,F]=(h.view??
"").split(" ").map(Number);F>0&&(o.stop(),o.look({x:A,y:T,unit:F}))}Le({state:e,view:o,labels:i,panels:s,select:l,clearMarks:a,escape:L}),be(),t.watch(w),w(),f.
apply(),v(),r=!0,M("#stage").map={state:e,scheme:t,view:o,labels:i,boxes:c,select:l,compare:x},document.documentElement.dataset.ready="true"}dt();
