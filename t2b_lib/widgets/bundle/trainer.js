/* Built from t2b_lib/widgets by `make bundle`. Sources: 128fa7810329353f2c4a4b0f726e111f7ae80d3bba1a3809d7218d75c4c7cf50 */
var Fe="http://www.w3.org/2000/svg",V={"data-lm-suppress-shortcuts":"true"};function Ht(t,e,n){for(let[o,s]of Object.entries(e))o.startsWith("on")?t.addEventListener(
o.slice(2),s):o.startsWith("--")?t.style.setProperty(o,s):s!=null&&t.setAttribute(o,s);return t.append(...n.filter(o=>o!=null)),t}var X=(t,e={},...n)=>Ht(document.
createElement(t),e,n),v=(t,e,n={},...o)=>t.appendChild(X(e,n,...o)),R=(t,e,n={},...o)=>t.appendChild(Ht(document.createElementNS(Fe,e),n,o));function P(t,e){for(let[
n,o]of Object.entries(e))t.setAttribute(n,typeof o=="number"?o.toFixed(2):o)}function D(t,e){t.textContent!==e&&(t.textContent=e)}var q=(t,e)=>({lower:t.lower[e],upper:t.upper[e]});function Vt(t,e,n,o,s){let r=n.length,i=(a,l)=>{if(a===l||n[a][l]===null)return 0;let c=e[a*r+l],u=c>o&&c>e[l*r+a];return u===n[a][l]>0?0:u?2:1};for(let a of s)
for(let l=0;l<r;l++)t[a*r+l]=i(a,l),t[l*r+a]=i(l,a)}function Yt(t,e,n){let o=n.length,s={missing:0,spurious:0,broken:0,repaired:0},r=0;for(let i=0;i<o;i++)for(let a=0;a<
o;a++){if(i===a||n[i][a]===null)continue;let l=t[i*o+a];l===1?s.missing++:l===2?s.spurious++:n[i][a]>0&&r++,l&&!e[i*o+a]&&s.broken++,!l&&e[i*o+a]&&s.repaired++}
return s.f1=2*r/(2*r+s.missing+s.spurious),s}var W=(t,e,n)=>Math.min(Math.max(t,e),n),Y=t=>Number(t.toPrecision(12)),lt=t=>Number(t.toPrecision(4)),et=t=>t.toFixed(3),ct=(t,e)=>t.length>e?`${t.slice(0,e-1)}\
…`:t,rt=(t,e,n=`${e}s`)=>`${t.toLocaleString("en")} ${t===1?e:n}`;function Et(t,e,n){let o=(e-t)/n,s=10**Math.floor(Math.log10(o)),r=[1,2,5,10].map(a=>a*s).find(a=>a>=o*(1-1e-9)),i=[];for(let a=Math.ceil(t/r-1e-9);a*r<=e+r*1e-9;a++)
i.push(Y(a*r));return i}var Ot=30,j={left:40,right:10,top:10,bottom:24};function Xt(t,e,n){let o={x:e-j.left-j.right,y:n-j.top-j.bottom},[[s,r],[i,a]]=t,l=[o.x/
(r-s),-o.y/(a-i)];return{width:e,height:n,x:c=>j.left+(c-s)*l[0],y:c=>j.top+(c-a)*l[1],units:(c,u)=>[c/l[0],u/l[1]]}}function Z(t,e){let[n,o]=[t.x(e.lower[0]),t.
y(e.upper[1])];return{x:n,y:o,width:t.x(e.upper[0])-n,height:t.y(e.lower[1])-o}}function Jt(t,[e,n],o){if(e<t.x-o||e>t.x+t.width+o||n<t.y-o||n>t.y+t.height+o)return null;
let r=(a,l)=>{let c=Math.min(o,l/3);return a<=c&&a<=l-a?-1:l-a<=c?1:0},i=[r(e-t.x,t.width),-r(n-t.y,t.height)];return i[0]||i[1]?i:null}var Be={"0,0":"move","1,\
0":"ew-resize","0,1":"ns-resize","1,1":"nesw-resize"};function Zt(t){return t[0]*t[1]<0?"nwse-resize":Be[[Math.abs(t[0]),Math.abs(t[1])]]}function Qt(t,e,n,o){let s=Jt(
Z(e,q(t,t.first)),n,o);if(s)return{i:t.first,grip:s};let r=null,i=1/0;for(let a=0;a<t.lower.length;a++){let l=Z(e,q(t,a)),[c,u]=[n[0]-l.x,n[1]-l.y],p=c>=-3&&u>=
-3&&c<=l.width+3&&u<=l.height+3,w=l.width*l.height;!p||w>i||w===i&&a!==t.first||(i=w,r={i:a,grip:Jt(l,n,o)??[0,0]})}return r}function te(t,e,n,o){let[s,r]=[Math.
min(e.length,Ot)*7.5+12,20],[i,a]=[j.left,n.height-j.bottom],l=n.width-j.right,c=s<=t.width&&r<=t.height,[u,p]=[t.y+t.height-r,t.y+t.height],w=c?[[t.x,t.y],[t.x,
u],[t.x+t.width-s,t.y]]:[];for(let h=0;h<5;h++)w.push([t.x,t.y-r*(h+1)],[t.x,p+r*h]);let b=w.map(([h,f])=>({x:W(h,i,Math.max(i,l-s)),y:W(f,j.top,a-r),width:s,height:r})),
x=h=>o.every(f=>!Ce(h,f));return b.find(x)??b[0]}var Ce=(t,e)=>t.x<e.x+e.width&&e.x<t.x+t.width&&t.y<e.y+e.height&&e.y<t.y+t.height;var Pe=7,bt=12;function De(t,e){return e.lower.length<=Pe&&!e.marks?`t2b-hue-${t}`:t===e.first?"t2b-hue-0":t===e.second?"t2b-hue-1":"t2b-hue-none"}function ee(t,e,n){
let o=R(t,"svg",{class:"t2b-drawing",role:"application","aria-label":`Drawing of ${rt(e.length,"box","boxes")}`,"aria-describedby":n.help}),s=R(R(o,"defs"),"pat\
tern",{id:n.hatch,class:"t2b-hatch",width:7,height:7,patternUnits:"userSpaceOnUse",patternTransform:"rotate(45)"});R(s,"line",{x1:0,y1:0,x2:0,y2:7});let r=R(o,"\
g",{class:"t2b-axes","aria-hidden":"true"}),i=e.map((m,S)=>{let $=R(o,"g",{"data-box":S,...{role:"button","aria-roledescription":"box"},...V});return R($,"title",
{},m),R($,"rect"),$}),a=R(o,"rect",{class:"t2b-shared",fill:`url(#${n.hatch})`}),l=R(o,"g",{class:"t2b-handles","aria-hidden":"true"}),u=[-1,0,1].flatMap(m=>[-1,
0,1].map(S=>[m,S])).filter(([m,S])=>m||S).map(m=>{let S=R(l,"g",{class:m[0]&&m[1]?"t2b-corner":"t2b-edge"});return R(S,"rect",{x:-4.5,y:-4.5,width:9,height:9,rx:2}),
{grip:m,knob:S}}),p=R(o,"rect",{class:"t2b-ring",rx:5}),w=e.map(m=>R(o,"text",{"aria-hidden":"true"},ct(m,Ot)));function b(m,S){r.replaceChildren();let g=m.height-
j.bottom,$=m.width-j.right;for(let N of Et(...S[0],m.width/90)){let L=m.x(N);R(r,"line",{x1:L,x2:L,y1:j.top,y2:g}),R(r,"text",{x:L,y:g+16,"text-anchor":"middle"},
String(N))}for(let N of Et(...S[1],m.height/70)){let L=m.y(N);R(r,"line",{class:"t2b-y",x1:j.left,x2:$,y1:L,y2:L}),R(r,"text",{class:"t2b-y",x:j.left-6,y:L+4,"t\
ext-anchor":"end"},String(N))}}function x(m,S){P(o,{viewBox:`0 0 ${m.width} ${m.height}`,height:m.height}),b(m,S)}function h(m,S,g){let{lower:$,upper:N}=q(S,m);
P(i[m].lastChild,Z(g,{lower:$,upper:N}));let L=A=>`from ${lt($[A])} to ${lt(N[A])}`,F=S.inRows?L(0):`x ${L(0)}, y ${L(1)}`;i[m].setAttribute("aria-label",`${e[m]}\
, ${F}`)}function f(m,S){let g={[S.second]:"t2b-compared",[S.first]:"t2b-selected"}[m]??"",$=S.marks?We(m,S):"";i[m].setAttribute("class",`t2b-box ${De(m,S)} ${g}\
 ${$}`),i[m].setAttribute("aria-pressed",String(m===S.first)),i[m].tabIndex=m===S.first||e.length<=bt?0:-1}function y(m,S){let{first:g,second:$,hovered:N}=m,L=[
...new Set([g,$])],F=e.length>bt?[N].filter(_=>_>=0):e.keys(),A=new Set([...L,...F]),E=[];for(let _ of A){let I=te(Z(S,q(m,_)),e[_],S,E);E.push(I);let G=L.includes(
_)?"t2b-label-pair":"";P(w[_],{class:`t2b-label ${G}`,x:I.x+6,y:I.y+15})}w.forEach((_,I)=>_.style.display=A.has(I)?"":"none")}function O(m,S){let[g,$]=[q(m,m.first),
q(m,m.second)],N={lower:[0,1].map(F=>Math.max(g.lower[F],$.lower[F])),upper:[0,1].map(F=>Math.min(g.upper[F],$.upper[F]))},L=[0,1].every(F=>N.upper[F]>=N.lower[F]);
a.style.display=L&&m.first!==m.second?"":"none",L&&P(a,Z(S,N))}function d(m,S){let g=Z(S,q(m,m.first)),$=W(Math.min(g.width,g.height)/30,.5,1);for(let{grip:N,knob:L}of u){
let F=g.x+g.width*(N[0]+1)/2,A=g.y+g.height*(1-N[1])/2,E=N[0]?g.height:g.width;L.setAttribute("transform",`translate(${F.toFixed(2)} ${A.toFixed(2)}) scale(${$}\
)`),L.style.display=N[0]&&N[1]||E>36?"":"none"}}function T(m,S){let g=i.findIndex(N=>N.matches(":focus-visible"));if(p.style.display=g<0?"none":"",g<0)return;let $=Z(
S,q(m,g));P(p,{x:$.x-6,y:$.y-6,width:$.width+12,height:$.height+12})}function k(m,S){for(let g of m.moved)h(g,m,S);for(let g=0;g<e.length;g++)f(g,m);y(m,S),O(m,
S),d(m,S),T(m,S)}return{root:o,boxes:i,resize:x,update:k}}function We(t,e){let n=e.lower.length,o=[e.marks[e.first*n+t],e.marks[t*n+e.first]];return o.includes(
1)?"t2b-missing":o.includes(2)?"t2b-spurious":""}function oe(t){let e=0,n=null,o=()=>{e=0,n?.(),n=null,cancelAnimationFrame(e),e=0,t()};return{schedule(s){s&&(n=s),e||=requestAnimationFrame(o)},stop:()=>cancelAnimationFrame(
e)}}function ne(t){let e=v(t,"div",{class:"t2b-live","aria-live":"polite",role:"status"}),n=0;return{say(o){clearTimeout(n),n=setTimeout(()=>D(e,o),400)},stop:()=>clearTimeout(
n)}}var kt=(t,e)=>Y(Math.round(t/e)*e);function je([t,e],n,o,[s,r],i){if(n<0)return[W(kt(t+o,i),s,e),e];if(n>0)return[t,W(kt(e+o,i),t,r)];let a=W(kt(o,i),s-t,r-e);return[
Y(t+a),Y(e+a)]}function Tt(t,e,n,o,s){let r=[0,1].map(i=>e[i]===0&&e[1-i]!==0?[t.lower[i],t.upper[i]]:je([t.lower[i],t.upper[i]],e[i],n[i],o[i],s[i]));return{lower:[
r[0][0],r[1][0]],upper:[r[0][1],r[1][1]]}}function re(t){let e=10**Math.floor(Math.log10(t/200));return Math.max(...[1,2,5].map(n=>n*e).filter(n=>n<=t/200*(1+1e-9)))}function se(t){let e=10**Math.floor(
Math.log10(t/25));return Math.min(...[1,2,5,10].map(n=>n*e).filter(n=>n>=t/25*(1-1e-9)))}function ie(t,e,n=0){let[o,s]=[Math.min(...t),Math.max(...t)];if(e&&e[0]<=
o&&s<=e[1]&&s-o>=n*(e[1]-e[0]))return{limits:e,step:re(e[1]-e[0])};let i=Math.max(.15*(s-o),1e-6*Math.abs(o),1e-6*Math.abs(s))||.5,a=re(s-o+2*i);return{limits:[
Y(Math.floor((o-i)/a)*a),Y(Math.ceil((s+i)/a)*a)],step:a}}function le(t,e){let n=null,o=l=>{let c=t.root.getBoundingClientRect(),u=e.scale.width/c.width;return[(l.clientX-c.left)*u,(l.clientY-c.top)*u]},s=l=>Qt(e.scene,
e.scale,o(l),l.pointerType==="touch"?18:8);function r(l){let c=e.scale.units(l[0]-n.from[0],l[1]-n.from[1]),{limits:u,steps:p}=e.scene;e.move(n.i,Tt(n.box,n.grip,
c,u,p))}function i(l){let c=s(l);t.root.style.cursor=c?Zt(c.grip):"default",e.hover(c?c.i:-1)}t.root.addEventListener("pointerdown",l=>{if(l.button!==0||n)return;
let c=s(l);c&&(l.preventDefault(),t.root.setPointerCapture(l.pointerId),e.select(c.i),t.boxes[c.i].focus({preventScroll:!0}),t.root.classList.add("t2b-pointing"),
n={...c,box:e.box(c.i),from:o(l),pointer:l.pointerId})}),t.root.addEventListener("touchstart",l=>{let[{clientX:c,clientY:u}]=l.touches;s({clientX:c,clientY:u,pointerType:"\
touch"})&&l.preventDefault()},{passive:!1}),t.root.addEventListener("pointermove",l=>{if(!n)i(l);else if(l.pointerId===n.pointer){let[c,u]=[o(l),n];e.schedule(()=>n===
u&&r(c))}}),t.root.addEventListener("pointerup",l=>{!n||l.pointerId!==n.pointer||(r(o(l)),n=null)});let a=()=>{n&&(e.move(n.i,n.box),n=null)};t.root.addEventListener(
"pointercancel",a),t.root.addEventListener("pointerleave",()=>e.hover(-1)),t.root.addEventListener("focusout",()=>t.root.classList.remove("t2b-pointing")),t.root.
addEventListener("keydown",l=>{t.root.classList.remove("t2b-pointing"),l.key==="Escape"&&a()})}var ae={ArrowLeft:[-1,0],ArrowRight:[1,0],ArrowDown:[0,-1],ArrowUp:[
0,1]};function ce(t,e){let{root:n,boxes:o}=t,s=i=>o.indexOf(i.target);function r(i,a,l,c){let{limits:u,steps:p}=e.scene,w=u.map(([h,f],y)=>c?2*p[y]:se(f-h)),b=a.
map((h,f)=>h*w[f]),x=l?a.map(Math.abs):[0,0];e.move(i,Tt(e.box(i),x,b,u,p))}n.addEventListener("keydown",i=>{let a=s(i);if(a<0||i.metaKey)return;let l=i.ctrlKey||
i.altKey,c={PageDown:1,PageUp:-1}[i.key];if(i.key in ae)r(a,ae[i.key],i.shiftKey,l);else if(c&&!l)o[(a+c+o.length)%o.length].focus();else return;i.preventDefault(),
i.stopPropagation()}),n.addEventListener("focusin",i=>{s(i)>=0&&e.select(s(i)),e.schedule()}),n.addEventListener("focusout",()=>e.schedule())}var Ue=t=>Math.round(250-215*W(t,0,1));function ze(t){return t<.52?"t2b-on-empty":t>.615?"t2b-on-full":"t2b-on-middle"}var Ge={label:"the overlaps",caption:"Sha\
re of the row’s box that lies in the column’s"},qe=t=>Number.isNaN(t)?"not known":et(t),Ke={1:[213,94,0,255],2:[86,180,233,255]};function he(t,e,n){let o=v(
t,"canvas",{class:n,width:e,height:e}),s=o.getContext("2d"),r=s.createImageData(e,e);return{canvas:o,set:(i,a)=>r.data.set(a,4*i),show:()=>s.putImageData(r,0,0)}}
function Nt(t,e,n,{label:o,caption:s}=Ge){let r=e.length,i=v(t,"div",{class:"t2b-heat"}),a=v(i,"div",{class:"t2b-heat-frame",role:"img","aria-label":`Heat map o\
f ${o} of ${rt(r,"box","boxes")}`}),l=he(a,r,"t2b-cells t2b-greys"),c=he(a,r,"t2b-cells"),u=R(a,"svg",{class:"t2b-heat-overlay","aria-hidden":"true"}),p=v(i,"di\
v",{class:"t2b-caption"}),w=v(p,"span"),b=v(p,"span",{class:"t2b-bar","aria-hidden":"true"});v(b,"span",{},"0"),v(b,"span",{class:"t2b-ramp"}),v(b,"span",{},"1");
let x=r<=bt,h=x?e.map(()=>R(u,"text")):[],f=x?e.map(()=>R(u,"text")):[],y=x?Array.from({length:r*r},()=>R(u,"text")):[],O=[R(u,"rect"),R(u,"rect")],d=x?[]:[R(u,
"rect",{class:"t2b-band"}),R(u,"rect",{class:"t2b-band"})],T=0,k=1,m=null;function S(A){let E=Math.max(...e.map(C=>C.length));T=x?W(E*7.5+10,26,A*.38):0;let _=Math.
floor((T-8)/7.2),I=Math.min(A-T,340,r*72);k=I/r;let G=E*7.5+8<=k,K=x?G?24:T:0;a.style.width=`${T+I}px`,a.style.height=`${K+I}px`;for(let{canvas:C}of[l,c])C.style.
left=`${T}px`,C.style.top=`${K}px`,C.style.width=C.style.height=`${I}px`;u.setAttribute("viewBox",`${-T} ${-K} ${T+I} ${K+I}`),h.forEach((C,U)=>{D(C,ct(e[U],_)),
P(C,{x:-6,y:k*(U+.5)+4,"text-anchor":"end"})}),f.forEach((C,U)=>{let H=k*(U+.5);D(C,ct(e[U],_)),P(C,G?{x:H,y:-8,"text-anchor":"middle"}:{x:0,y:0,transform:`tran\
slate(${H+4} -6) rotate(-90)`})}),y.forEach((C,U)=>{let[H,mt]=[Math.floor(U/r),U%r];P(C,{x:k*(mt+.5),y:k*(H+.5)+4,"text-anchor":"middle"}),C.style.display=k>=30?
"":"none"})}function g(A,E){let _=E.matrix[A],I=Ue(_);l.set(A,Number.isNaN(_)?[0,0,0,0]:[I,I,I,255]);let G=E.marks?E.marks[A]:0;c.set(A,Ke[G]??[0,0,0,0]),x&&(D(
y[A],Number.isNaN(_)?"":_.toFixed(k>=44?2:1)),y[A].setAttribute("class",G?"t2b-on-middle":ze(_)))}function $(A){let{first:E,second:_}=A;P(O[0],{class:"t2b-outli\
ne",x:_*k,y:E*k}),P(O[1],{class:"t2b-outline",x:E*k,y:_*k});for(let I of O)P(I,{width:k,height:k});x||(P(d[0],{x:0,y:E*k,width:r*k,height:k}),P(d[1],{x:E*k,y:0,
width:k,height:r*k}))}function N(A){for(let E of A.moved)for(let _=0;_<r;_++)g(E*r+_,A),g(_*r+E,A);l.show(),c.show(),$(A),m=A,L(null)}function L(A){D(w,A?`${e[A.
i]} in ${e[A.j]}: ${qe(m.matrix[A.i*r+A.j])}`:s)}function F(A){let E=l.canvas.getBoundingClientRect(),_=Math.floor((A.clientY-E.top)/E.height*r),I=Math.floor((A.
clientX-E.left)/E.width*r);return _>=0&&I>=0&&_<r&&I<r?{i:_,j:I}:null}return a.addEventListener("pointermove",A=>L(F(A))),a.addEventListener("pointerleave",()=>L(
null)),a.addEventListener("click",A=>{let E=F(A);E&&E.i!==E.j&&n(E.i,E.j)}),{figure:i,resize:S,update:N}}var He=44,Lt=5;function Ve(t){let e=Math.max(...t.map(({slope:n})=>Math.abs(n)),1e-9);return t.map(({x:n,y:o,k:s,slope:r})=>{let i=-r/e*He;if(Math.abs(i)<1)return"";
let a=i-Math.sign(i)*Lt,[l,c]=s?[0,-1]:[1,0],u=[n+l*i,o+c*i],p=b=>[n+l*a+b*Lt*c*.7,o+c*a+b*Lt*l*.7];return`M${[[n,o],u,p(1),u,p(-1)].map(b=>b.map(x=>x.toFixed(1)).
join(" ")).join("L")}`}).join("")}function ue(t){let e=R(t,"path",{class:"t2b-arrows","aria-hidden":"true"});return{update(n,o,{boxes:{n:s,d:r},now:{gradient:i}},a){
if(e.style.display=a?"":"none",!a)return;let l=[];for(let c=0;c<s;c++)for(let u=0;u<r;u++){let p=[0,1].map(w=>(n.lower[c][w]+n.upper[c][w])/2);for(let w of["low\
er","upper"]){let b=[...p];b[u]=n[w][c][u];let x=i[w][c*r+u];l.push({x:o.x(b[0]),y:o.y(b[1]),k:u,slope:x})}}P(e,{d:Ve(l)})}}}var Rt=[0,.01,.1,.5,.7,1,2,5,10,20,50,100],Ye={soft:["overlap",[[!0,"soft"],[!1,"exact"]]],volume_temperature:["volume temperature",[.01,.02,.05,.1,.2,.5,1]],intersection_temperature:[
"intersection temperature",[1e-4,.001,.01,.05,.1,.2]],loss:["error of an overlap",["squared error","cross-entropy"]],distance_weight:["weight of L_D (distance)",
Rt],regularity_weight:["weight of R, unequal sides",Rt],inverse_volume_weight:["weight of R, small volume",Rt],optimiser:["optimiser",["Adam","gradient descent"]],
learning_rate:["learning rate",[1e-4,5e-4,.001,.002,.005,.01,.02,.05,.1,.3]],box_dim:["dimensions",[[1,"1 (intervals)"],[2,"2 (the plane)"]]]},Je=t=>Array.isArray(
t)?t:[t,String(t)];function It(t,e,n,o){let s=v(t,"label",{class:"t2b-field"},X("span",{},e)),r=v(s,"select",V),i=[],a=l=>{let[c,u]=Je(l);i.push(c),v(r,"option",
{},u)};return n.forEach(a),r.addEventListener("change",()=>o(i[r.selectedIndex])),{field:s,set(l){i.includes(l)||a(l),r.selectedIndex=i.indexOf(l)}}}function pe(t,e){
let n=v(t,"div",{class:"t2b-controls"}),o=Object.entries(Ye).map(([s,[r,i]])=>[s,It(n,r,i,a=>e({[s]:a}))]);return{root:n,update(s){for(let[r,i]of o)i.set(s[r])}}}var me=.5772156649015329,xt=1e-13,Xe=1e-19,fe=100,ot=["overlap","distance","regularity","volume"],ut=t=>1/(1+Math.exp(-t)),pt=(t,e)=>Math.max(t,0)+e*Math.log1p(
Math.exp(-Math.abs(t)/e));function Ze(t,e,n,o,s){let r=e-t,i=Math.min(e,o)-Math.max(t,n);if(s.fill(0),r<=Xe)return i>=0&&r>=0?1:0;let a=Math.max(i,0)/r;if(i>0){
let l=t===n?.5:+(t>n),c=e===o?.5:+(e<o);s[0]=-l/r,s[1]=c/r,s[2]=-(1-l)/r,s[3]=(1-c)/r}return s[0]+=a/r,s[1]-=a/r,a}function Qe(t,e,n,o,s,{ti:r,tv:i}){let a=ut((t-
n)/r),l=ut((o-e)/r),c=Math.max(t,n)+pt(-Math.abs(t-n),r),u=Math.min(e,o)-pt(-Math.abs(e-o),r),p=2*me*r,[w,b]=[u-c-p,e-t-p],x=pt(w,i)+xt,h=pt(b,i)+xt,f=x/h,y=ut(
w/i)/h,O=f*ut(b/i)/h;return s[0]=-a*y+O,s[1]=l*y-O,s[2]=-(1-a)*y,s[3]=(1-l)*y,f}function to(t,e,n,o){if(!n){o[0]=(e-t)**2,o[1]=2*(t-e);return}let s=Math.min(Math.
max(t,1e-30),1-1e-6);o[0]=-(e*Math.log(s)+(1-e)*Math.log(1-s)),o[1]=s===t?(1-e)/(1-s)-e/s:0}function eo({n:t,d:e,lower:n,upper:o},s,r,i,a){let l=r.soft?Qe:Ze,c={
ti:r.intersection_temperature,tv:r.volume_temperature},u=r.loss==="cross-entropy",p=Array.from({length:e},()=>new Float64Array(4)),w=new Float64Array(e),b=new Float64Array(
2),x=0;for(let h=0;h<t;h++)for(let f=0;f<t;f++){let y=1;for(let d=0;d<e;d++){let[T,k]=[h*e+d,f*e+d];w[d]=l(n[T],o[T],n[k],o[k],p[d],c),y*=w[d]}a[h*t+f]=y;let O=s[h*
t+f];if(!(h===f||Number.isNaN(O))){to(y,O,u,b),x+=b[0];for(let d=0;d<e;d++){let T=fe*b[1];for(let k=0;k<e;k++)k!==d&&(T*=w[k]);i.lower[h*e+d]+=T*p[d][0],i.upper[h*
e+d]+=T*p[d][1],i.lower[f*e+d]+=T*p[d][2],i.upper[f*e+d]+=T*p[d][3]}}}return fe*x}function oo({n:t,d:e,lower:n,upper:o},s,{distance_weight:r},i){let a=0;if(r===
0)return a;for(let l=0;l<t;l++)for(let c=0;c<t;c++)if(!(l===c||!(s[l*t+c]>0)))for(let u=0;u<e;u++){let[p,w]=[l*e+u,c*e+u],b=(n[p]+o[p]-n[w]-o[w])/2;a+=b**2,i.lower[p]+=
r*b,i.upper[p]+=r*b,i.lower[w]-=r*b,i.upper[w]-=r*b}return r*a}function no({n:t,d:e,lower:n,upper:o},{regularity_weight:s},r){let i=s/e**2,a=0;for(let l=0;l<t;l++)
for(let c=0;c<e;c++)for(let u=0;u<c;u++){let[p,w]=[l*e+c,l*e+u],b=o[p]-n[p]-(o[w]-n[w]);a+=Math.abs(b);let x=i*Math.sign(b);r.upper[p]+=x,r.lower[p]-=x,r.upper[w]-=
x,r.lower[w]+=x}return i*a}var de=(t,e)=>t>20*e?[t+xt,1]:[pt(t,e)+xt,ut(t/e)];function ro({n:t,d:e,lower:n,upper:o},s,r){let{volume_temperature:i,inverse_volume_weight:a}=s,
l=2*me*s.intersection_temperature,c=0;for(let u=0;u<t;u++){let p=0;for(let b=u*e;b<(u+1)*e;b++)p+=Math.log(de(o[b]-n[b]-l,i)[0]);let w=Math.exp(-p/e);c+=w;for(let b=u*
e;b<(u+1)*e;b++){let[x,h]=de(o[b]-n[b]-l,i),f=-a*w*h/(e*x);r.upper[b]+=f,r.lower[b]-=f}}return a*c}function ge(t,e,n){let o=t.n*t.d,s={lower:new Float64Array(o),
upper:new Float64Array(o)},r=new Float64Array(t.n**2);return{terms:{overlap:eo(t,e,n,s,r),distance:oo(t,e,n,s),regularity:no(t,n,s),volume:ro(t,n,s)},gradient:s,
overlaps:r}}var vt=["loss",...ot],so={loss:"sum",overlap:"overlap",distance:"distance (L_D)",regularity:"unequal sides (R)",volume:"small volume (R)"},[it,ft,we,yt]=[150,44,
20,8],io=1e-4,ao=t=>Object.fromEntries(vt.map((e,n)=>[e,t.map(o=>n?o[n]:o.slice(1,1+ot.length).reduce((s,r)=>s+r,0))]));function lo(t){let e=Math.max(...t.flat(),
1e-12),n=Math.min(...t.flat().filter(s=>s>e*io),e),o=Math.ceil(Math.log10(e)+1e-9);return[Math.min(Math.floor(Math.log10(n)),o-1),o]}function be(t){let e=v(t,"d\
iv",{class:"t2b-curve"}),n=R(e,"svg",{role:"img","aria-label":"The loss by step, term by term"}),o=R(n,"g",{class:"t2b-axes","aria-hidden":"true"}),s=Object.fromEntries(
vt.map(p=>[p,R(n,"polyline",{class:`t2b-line t2b-${p}`})])),r=v(e,"p",{class:"t2b-legend"}),i=Object.fromEntries(vt.map(p=>{let w=v(r,"span",{class:`t2b-key t2b\
-${p}`});return v(w,"span",{},`${so[p]} `),[p,v(w,"b")]})),a=300,l="";function c([p,w],b){let x=`${a} ${p} ${w} ${b}`;if(x===l)return;l=x,o.replaceChildren();let h=Math.
ceil((w-p)/4);for(let f=w;f>=p;f-=h){let y=yt+(w-f)/(w-p)*(it-yt-we);R(o,"line",{x1:ft,x2:a,y1:y,y2:y});let O=f<-3||f>4?`1e${f}`:String(10**f);R(o,"text",{x:ft-
6,y:y+4,"text-anchor":"end"},O)}R(o,"text",{x:ft,y:it-4},"0"),R(o,"text",{x:a,y:it-4,"text-anchor":"end"},`step ${b}`)}function u(p){let w=p.points(),b=ao(w),x=lo(
Object.values(b)),h=Math.max(w.at(-1)[0],1),[f,y]=x;c(x,h);let O=it-yt-we;for(let d of vt){let T=b[d].map((m,S)=>{let g=ft+w[S][0]/h*(a-ft),$=m>0?W((y-Math.log10(
m))/(y-f),0,1):1;return`${g.toFixed(1)},${(yt+$*O).toFixed(1)}`});s[d].setAttribute("points",T.join(" "));let k=d==="loss"?p.now.loss:p.now.terms[d];D(i[d],String(
lt(k)))}}return{figure:e,update:u,resize(p){a=Math.max(200,p),P(n,{viewBox:`0 0 ${a} ${it}`,height:it})}}}var xe={defaults:{soft:!0,volume_temperature:.1,intersection_temperature:1e-4,loss:"squared error",distance_weight:.01,regularity_weight:1,inverse_volume_weight:.7,
optimiser:"Adam",learning_rate:.02,box_dim:2,seed:0},presets:[{id:"apart-exact",title:"1. Apart, exact overlap",relation:`B
  A`,lower:[[1.2,.1],[.1,.3]],upper:[[2.4,1.1],[.6,.8]],settings:{soft:!1,distance_weight:0,regularity_weight:0,inverse_volume_weight:0},predict:"A should lie i\
n B, but the two are apart. The loss is the squared error of the exact overlap. What will gradient descent do?",goal:{kind:"overlap",pair:[1,0],at_least:.95},ask:"\
Find one setting that lets A learn its way into B, to an overlap of 0.95.",why:"Nothing moves. Apart, the exact overlap is 0, and it stays 0 when a box moves a \
little: its gradient is 0. With the soft overlap, boxes that are apart still share a little, and that little grows as they come nearer. L_D, the distance of the\
 centres, pulls as well."},{id:"apart-soft",title:"2. Apart, soft overlap",relation:`B
  A`,lower:[[1.2,.1],[.1,.3]],upper:[[2.4,1.1],[.6,.8]],settings:{volume_temperature:.05,distance_weight:0,regularity_weight:0,inverse_volume_weight:0,optimiser:"\
gradient descent",learning_rate:.001},predict:"The same boxes with the soft overlap, at a low temperature and with plain gradient descent. The gradient is not 0\
 any more. Is it large enough to see?",goal:{kind:"overlap",pair:[1,0],at_least:.95},ask:"Bring A into B. Which temperature does it take, or which optimiser?",why:"\
The soft overlap falls off exponentially with the gap, by a factor e for each volume temperature. The gap of 0.6 is 12 temperatures of 0.05, so the gradient is \
some hundred thousand times smaller than near B. A higher temperature carries further. Adam divides the gradient by its usual size, so it moves where plain grad\
ient descent seems to stand still."},{id:"sliver",title:"3. A sliver",relation:`	A	B	C
A		1	0
B	0		0
C	0	0	`,lower:[[.9,.3],[0,0],[1,0]],upper:[[1.8,1.1],[1,1.4],[2.2,1.4]],settings:{soft:!1,distance_weight:0,regularity_weight:0,inverse_volume_weight:0,optimiser:"\
gradient descent",learning_rate:5e-4},predict:"A lies across the border of B and C, mostly in C. It should lie in B and not in C. What will A look like when it \
does?",goal:{kind:"overlap",pair:[0,1],at_least:.95,side:.6},ask:"Get A into B with both sides of A at least 0.6 long.",why:"To pull one edge in is the shortest\
 way, and nothing asks A to keep its width: it becomes a sliver. R of Eq. 6 is there for that. Its first part penalises sides of different lengths, which still \
allows a small square. Its second part penalises small volumes, and only that keeps A large."},{id:"far-side",title:"4. On the far side",relation:`	dogs	cars	an\
imals
dogs		0	1
cars	0		0
animals	0	0	`,lower:[[.1],[.7],[1.6]],upper:[[.5],[1.4],[2.6]],settings:{box_dim:1},predict:"Dogs should lie in animals, and cars in neither. The boxes are inte\
rvals, and cars lie between the two. Will dogs get past the cars?",goal:{kind:"f1",at_least:1},ask:"Get every relation right. There are at least three ways.",why:"\
On the way to animals, dogs would have to cross cars, and there the loss rises before it falls: a local minimum, and gradient descent does not climb. Another se\
ed may start on the right side. A hand can carry dogs over. In two dimensions there is a way around, if L_D (weight 10) pulls hard enough. No weight helps on th\
e line. This is why models with more dimensions find better boxes."},{id:"deep-inside",title:"5. Too deep inside",relation:`	A	B
A		0
B	0	`,lower:[[.9,.6],[0,0]],upper:[[1.4,.9],[2.2,1.6]],settings:{distance_weight:0,regularity_weight:0,inverse_volume_weight:0},predict:"A lies deep inside B an\
d should not. Which way will it leave?",goal:{kind:"overlap",pair:[0,1],at_least:0,at_most:.05},ask:"Get A out of B, to an overlap of 0.05 or less.",why:"None. \
Wherever A is within B, all of A lies in B: the overlap is 1 in every place, so its gradient by A's position is 0. A higher intersection temperature blurs B's e\
dges, so that A feels them from further away. Dragging A over an edge works as well."},{id:"cycle",title:"6. A cycle",relation:`	A	B	C
A		1	0
B	0		1
C	1	0	`,seed:1,settings:{},predict:"A in B, B in C and C in A, and none the other way round. How far will the loss fall?",goal:{kind:"f1",at_least:1},ask:"Chang\
e the relation (click its cells, or edit the text) so that boxes can have it, and train until every relation is right.",why:"Containment is transitive: if A lie\
s in B and B in C, then A lies in C, and C cannot lie in A unless all three are equal. No boxes have this relation, so the loss cannot vanish; it settles where \
the errors balance."},{id:"two-by-two",title:"7. Shared two by two",relation:`	A	B	C
A		0.5	0.5
B	0.5		0.5
C	0.5	0.5	`,seed:3,settings:{box_dim:1,soft:!1,regularity_weight:0,inverse_volume_weight:.01,learning_rate:.005},predict:"Three datasets share half of each with\
 each other. Can three intervals do that?",goal:{kind:"near",within:.05},ask:"Bring all six overlaps to within 0.05 of a half.",why:"Equal overlaps both ways me\
an equal lengths. Three intervals of one length: if the outer two share half, the middle one shares three quarters with each. In the plane there is room. One th\
ing boxes can never do, in any dimension: share two by two and have nothing common to all three. Boxes that meet in pairs have a common point (Helly's theorem f\
or boxes)."},{id:"tree",title:"8. A tree that fits",relation:`animals
  mammals
    dogs
    cats
  birds
    owls
  fish`,seed:2,settings:{},predict:"Seven datasets, nested like a tree. Will the plane be enough?",goal:{kind:"f1",at_least:1},ask:"Train until every relation i\
s right.",why:"Every tree fits, even on a line: put the intervals of the children side by side in that of the parent. What can go wrong is the training, not the\
 space: a box may be stuck on the far side of another."},{id:"crossing",title:"9. One that does not fit",relation:`without a
  b
  c
  d
  e
without b
  a
  c
  d
  e
without c
  a
  b
  d
  e
without d
  a
  b
  c
  e
without e
  a
  b
  c
  d`,seed:0,settings:{},predict:"Five small datasets a to e, and five large ones that hold all but one of them. Will this fit into the plane?",goal:{kind:"f1",at_least:1},
ask:"Delete lines of the list until it fits; keep as many names as you can.",why:"A box that holds four points and leaves out the fifth needs that point to be t\
he outermost in some direction. The plane has four directions (left, right, up, down), so one of five points must stay inside. Four fit. Each dimension adds two\
 directions: such families need half as many dimensions as they have members."},{id:"vehicles",title:"10. Wheeled vehicles of ImageNet",relation:`wheeled vehicl\
e
  self-propelled vehicle
    motor vehicle
      car (auto)
      truck
        van
    tracked vehicle
    locomotive
  cart
  bicycle
  car (railcar)
  handcart`,seed:6,settings:{inverse_volume_weight:.1,regularity_weight:.1},predict:"Twelve datasets of the taxonomy chapter. Which relations will be the last t\
o become right?",goal:{kind:"f1",at_least:1},ask:"Find settings and a seed with which every relation becomes right.",why:"A chain of five datasets (van in truck\
 in motor vehicle and so on) needs boxes of very different sizes, and the weight of small volumes (R) is against small boxes. The network of the taxonomy chapte\
r has the same conflict, with 131 datasets."}]};var ho=["	",";",","],uo=t=>ho.find(e=>t.includes(e));function _t(t){let e=t.split(/\r?\n/).map((s,r)=>({line:s,number:r+1})).filter(({line:s})=>s.trim());if(!e.
length)throw new Error("Write at least one name.");let n=uo(e[0].line),o=n?mo(e,n):po(e);if(o.names.length>60)throw new Error(`${o.names.length} names are too m\
any for a page: at most 60.`);return o}function po(t){let e=[],n=[],o=[];for(let{line:s,number:r}of t){let i=s.match(/^\s*/)[0].replaceAll("	","    ").length,a=s.
trim().replace(/^[-*•]\s+/,"");for(;o.length&&o.at(-1).indent>=i;)o.pop();let l=e.indexOf(a);if(l<0&&(l=e.push(a)-1,n.push(new Set)),o.some(c=>c.index===l))throw new Error(
`Line ${r}: “${a}” is listed under itself.`);o.length&&n[l].add(o.at(-1).index),o.push({indent:i,index:l})}return{names:e,values:fo(n)}}function fo(t){return t.
map((e,n)=>{let o=new Set,s=[...t[n]];for(;s.length;){let r=s.pop();o.has(r)||(o.add(r),s.push(...t[r]))}return t.map((r,i)=>n===i?null:Number(o.has(i)))})}function mo(t,e){
let n=t.map(({line:i,number:a})=>({cells:i.split(e).map(l=>l.trim()),number:a})),o=n[0].cells.slice(1);if(o.some(i=>!i))throw new Error("Line 1: a column has no\
 name.");let s=o.find((i,a)=>o.indexOf(i)<a);if(s)throw new Error(`Line 1: “${s}” stands there twice.`);if(n.length-1!==o.length)throw new Error(`${o.length}\
 columns, but ${n.length-1} rows: there must be as many.`);let r=n.slice(1).map(({cells:i,number:a},l)=>{let[c,...u]=i;if(c!==o[l])throw new Error(`Line ${a}: e\
xpected the row of “${o[l]}”, got “${c}”.`);if(u.length>o.length)throw new Error(`Line ${a}: too many numbers.`);return o.map((p,w)=>{if(l===w||!u[w])return null;
let b=Number(u[w]);if(!(b>=0&&b<=1))throw new Error(`Line ${a}: “${u[w]}” is no number from 0 to 1.`);return b})});return{names:o,values:r}}function Ft({names:t,
values:e}){let n=e.map((o,s)=>[t[s],...o.map(r=>r??"")].join("	"));return[["",...t].join("	"),...n].join(`
`)}var ye=({values:t})=>Float64Array.from(t.flat(),e=>e===null?NaN:e),ve=({values:t})=>t.flat().every(e=>e===null||e===0||e===1);var[_e,Bt,go]=[.9,.999,1e-8],Ct={"gradient descent":()=>({step(t,e,{learning_rate:n}){for(let o=0;o<t.length;o++)t[o]-=n*e[o]}}),Adam:t=>{let[e,n]=[new Float64Array(
t),new Float64Array(t)],o=0;return{step(s,r,{learning_rate:i}){o++;let a=i/(1-_e**o),l=Math.sqrt(1-Bt**o);for(let c=0;c<s.length;c++)e[c]+=(1-_e)*(r[c]-e[c]),n[c]=
Bt*n[c]+(1-Bt)*r[c]**2,s[c]-=a*e[c]/(Math.sqrt(n[c])/l+go)}}}},vn=Object.keys(Ct);function Pt({lower:t,upper:e},{optimiser:n}){let o={lower:Ct[n](t.length),upper:Ct[n](
t.length)};return{optimiser:n,step(s,r,i){for(let a of["lower","upper"])o[a].step(s[a],r[a],i);wo(s)}}}function wo({lower:t,upper:e}){for(let n=0;n<t.length;n++)
t[n]>e[n]&&(t[n]=e[n]=(t[n]+e[n])/2)}var At=t=>t.toFixed(2);function Ae(t,e){let{met:n,text:o}=bo[t.kind](t,e);return{met:n&&e.steps>0,text:o}}var bo={f1({at_least:t},{f1:e}){return{met:e>=t,text:`\
F1 is ${At(e)}`}},overlap({pair:[t,e],at_least:n,at_most:o=1,side:s=0},{n:r,d:i,lower:a,upper:l,overlaps:c}){let u=c[t*r+e],p=Array.from({length:i},(x,h)=>l[t*i+
h]-a[t*i+h]),w=Math.min(...p),b=s?`, the shortest side is ${At(w)}`:"";return{met:u>=n&&u<=o&&w>=s,text:`the overlap is ${At(u)}${b}`}},near({within:t},{overlaps:e,
relation:n}){let o=n.map((r,i)=>Number.isNaN(r)?0:Math.abs(r-e[i])),s=Math.max(...o);return{met:s<=t,text:`the largest error is ${At(s)}`}}};var xo=600,yo=20,St=t=>({...t,lower:t.lower.slice(),upper:t.upper.slice()});function Se({relation:t,settings:e,boxes:n,goal:o}){let s=t.names.length,r=ye(t),i=[
...Array(s).keys()],a=new Uint8Array(s*s),l=["step",...ot,"f1"],c=St(n),u=Pt(c,e),p=0,w=1,b=0,x=[],h=null,f={steps:0,boxes:St(c)};function y(){h=ge(c,r,e),Vt(a,
h.overlaps,t.values,.5,i),h.loss=ot.reduce((T,k)=>T+h.terms[k],0),h.counts=Yt(a,a,t.values),h.goal=o&&Ae(o,{...c,overlaps:h.overlaps,relation:r,f1:h.counts.f1,steps:p})}
function O(){p%w||(x.push([p,...ot.map(T=>h.terms[T]),h.counts.f1]),!(x.length<=xo)&&(w*=2,x=x.filter(([T])=>T%w===0)))}function d(){u=Pt(c,e),f={steps:p,boxes:St(
c)},b=0,y()}return y(),O(),{relation:t,known:r,marks:a,isBinary:ve(t),get settings(){return e},get boxes(){return c},get steps(){return p},get since(){return f},
get now(){return h},get solved(){return b>=yo},get history(){return Object.fromEntries(l.map((T,k)=>[T,x.map(m=>m[k])]))},points:()=>x,step(){u.step(c,h.gradient,
e),p++,y(),b=h.goal?.met?b+1:0,O()},move(T,{lower:k,upper:m}){c.lower.set(k,T*c.d),c.upper.set(m,T*c.d),d()},replace(T){c=St(T),d()},change(T){e=T,d()}}}function vo(t){let e=t>>>0;return()=>{e=e+1831565813>>>0;let n=Math.imul(e^e>>>15,e|1);return n^=n+Math.imul(n^n>>>7,n|61),((n^n>>>14)>>>0)/2**32}}function Dt(t,e,n){
let o=vo(n),s=Float64Array.from({length:t*e},()=>o()),r=s.map(i=>i+.2+.3*o());return{n:t,d:e,lower:s,upper:r}}var Mt=(t,e)=>({n:t.length,d:t[0].length,lower:Float64Array.
from(t.flat()),upper:Float64Array.from(e.flat())}),Q=({n:t,d:e},n)=>Array.from({length:t},(o,s)=>[...n.slice(s*e,(s+1)*e)]);function Wt(t,e,n){let o=Dt(t.n,e,n);
for(let s=0;s<t.n;s++)for(let r=0;r<Math.min(e,t.d);r++)o.lower[s*e+r]=t.lower[s*t.d+r],o.upper[s*e+r]=t.upper[s*t.d+r];return o}var Me=t=>[...t].join("_"),_o=t=>t.split("_").map(Number);function $e({preset:t,text:e,changes:n,boxes:o}){let s=new URLSearchParams;t&&s.set("preset",t),e!==null&&
s.set("relation",e);for(let[r,i]of Object.entries(n))s.set(r,String(i));return o&&(s.set("lower",Me(o.lower)),s.set("upper",Me(o.upper))),s.toString()}function Ee(t,e){
let n=new URLSearchParams(t),o={};for(let[a,l]of Object.entries(e)){if(!n.has(a))continue;let c=n.get(a);typeof l=="boolean"?o[a]=c==="true":typeof l=="string"?
o[a]=c:Number.isFinite(Number(c))&&(o[a]=Number(c))}let[s,r]=["lower","upper"].map(a=>n.has(a)&&_o(n.get(a))),i=s&&r&&s.length===r.length&&s.every((a,l)=>Number.
isFinite(a)&&a<=r[l]);return{preset:n.get("preset"),text:n.get("relation"),changes:o,corners:i?{lower:Float64Array.from(s),upper:Float64Array.from(r)}:null}}var Ao=t=>t===
null?"nan":String(t),jt=t=>`[
${t.map(e=>`    [${e.map(Ao).join(", ")}],
`).join("")}]`;function Oe(t){let{settings:e,since:n,relation:o}=t,{soft:s,loss:r,learning_rate:i}=e,a=e.optimiser==="Adam"?"Adam":"SGD",l=c=>`${c}=${e[c]}`;return`\
import torch
from torch import nan

import t2b_lib as t2b

names = ${JSON.stringify(o.names)}
relation = torch.tensor(${jt(o.values)}, dtype=torch.float64)  # [i, j]: how much of i lies in j
lower = torch.tensor(${jt(Q(n.boxes,n.boxes.lower))}, dtype=torch.float64, requires_grad=True)
upper = torch.tensor(${jt(Q(n.boxes,n.boxes.upper))}, dtype=torch.float64, requires_grad=True)

model = t2b.Task2Box(
    loss="${r}",
    ${l("distance_weight")},
    ${l("regularity_weight")},
    ${l("inverse_volume_weight")},
)
known = ~relation.isnan()
optimiser = torch.optim.${a}([lower, upper], lr=${i})
for step in range(${t.steps-n.steps}):
    terms = model.loss_terms(
        t2b.Boxes(lower, upper),
        relation.nan_to_num(),
        known.double(),
        soft=${s?"True":"False"},
        ${l("volume_temperature")},
        ${l("intersection_temperature")},
    )
    optimiser.zero_grad()
    sum(terms.values()).backward()
    optimiser.step()
    with torch.no_grad():  # ends that have crossed meet in the middle
        middle = (lower + upper) / 2
        lower.copy_(torch.minimum(lower, middle))
        upper.copy_(torch.maximum(upper, middle))
boxes = t2b.Boxes(lower, upper).detach()
t2b.pairwise_overlap(boxes)
`}var{defaults:Ne,presets:Ut}=xe,So=250,Mo=.35,ke=t=>Ut.find(e=>e.id===t)??null,$o=(t,e)=>Object.fromEntries(Object.entries(t).filter(([n,o])=>e[n]!==o)),dt=t=>({
...Ne,seed:t?.seed??0,...t?.settings});function Eo(t,e,n){let o=null,s="",r=null,i=null,a=0,l=0,c=()=>`#${t.get("key")}?`;function u(h,f){let{box_dim:y,seed:O}=f;
if(o?.lower&&s===o.relation&&O===dt(o).seed){let d=Mt(o.lower,o.upper);return d.d===y?d:Wt(d,y,O)}return Dt(h.names.length,y,O)}function p(h,f,y=u(h,f)){i=y,r=Se(
{relation:h,settings:f,boxes:y,goal:o?.goal??null}),e(),x(!0)}let w={get run(){return r},get preset(){return o},get text(){return s},load(h){o=ke(h),s=o.relation,
p(_t(s),dt(o))},loadState(h){let f=Ee(h,Ne);if(o=ke(f.preset),s=f.text??o?.relation,s===void 0)return!1;let y=_t(s),O={...dt(o),...f.changes},d=y.names.length*O.
box_dim,T=f.corners?.lower.length===d&&{n:y.names.length,d:O.box_dim,...f.corners};return p(y,O,T||void 0),!0},loadModel(){let h={names:t.get("names"),values:t.
get("_relation")},[f,y]=[t.get("_lower"),t.get("_upper")],O={...dt(null),...t.get("_settings")};o=null,s=Ft(h),f.length&&(O.box_dim=f[0].length),p(h,O,f.length?
Mt(f,y):void 0)},follow(){let h=t.get("_relation");if(JSON.stringify(h)!==JSON.stringify(r.relation.values))return w.loadModel();let f=Mt(t.get("_lower"),t.get(
"_upper")),y={...r.settings,...t.get("_settings")};if(f.d!==r.boxes.d)return p(r.relation,{...y,box_dim:f.d},f);if(["seed","box_dim"].some(d=>y[d]!==r.settings[d]))
return w.change(y);r.change(y),r.replace(f),n(),x(!0)},read(h){let f=_t(h);s=h,p(f,r.settings)},draw(h,f,y){let{names:O,values:d}=r.relation,T=d.map((k,m)=>m===
h?k.with(f,y):k);s=Ft({names:O,values:T}),p({names:O,values:T},r.settings,r.boxes)},change(h){let f={...r.settings,...h};if(f.seed!==r.settings.seed)return p(r.
relation,f);if(f.box_dim!==r.boxes.d)return p(r.relation,f,Wt(r.boxes,f.box_dim,f.seed));r.change(f),b()},reset:()=>p(r.relation,r.settings,i),step(){r.step(),n(),
x()},move(h,f){r.move(h,f),b()},address(){let h=dt(o),f=$e({preset:o?.id,text:s===o?.relation?null:s,changes:$o(r.settings,h),boxes:r.boxes});return`${c()}${f}`},
fromAddress(){let{hash:h}=window.location;return h.startsWith(c())?h.slice(c().length):null},tell:x};function b(){n(),x()}function x(h=!1){let f=a+So-performance.
now();if(clearTimeout(l),!h&&f>0){l=setTimeout(x,f,!0);return}a=performance.now();let{boxes:y,relation:O}=r;t.set({names:O.names,_relation:O.values,_lower:Q(y,y.
lower),_upper:Q(y,y.upper),_settings:r.settings,_history:r.history,steps:r.steps}),t.save_changes()}return w}function Oo({n:t,d:e,lower:n,upper:o}){if(e===2)return{
lower:Q({n:t,d:e},n),upper:Q({n:t,d:e},o)};let s=(r,i)=>t-1-r+i*Mo;return{lower:Array.from(n,(r,i)=>[r,s(i,-1)]),upper:Array.from(o,(r,i)=>[r,s(i,1)])}}function ko(t,e,n,{
first:o,schedule:s}){let{relation:r}=e.run,{names:i}=r,a=i.length,l=[...i.keys()];for(let g of Object.values(t))g.replaceChildren();let c=ee(t.stage,i,n),u=ue(c.
root),p=(g,$)=>{[d.first,d.second]=[g,$],s()},w=Nt(t.overlaps,i,p),b=Nt(t.truth,i,(g,$)=>{let N=[1,0,null],L=r.values[g][$];e.draw(g,$,N[(N.indexOf(L)+1)%N.length])},
{label:"the relation",caption:"What it should be. Click a cell: 1, 0 or not known."}),x=v(t.score,"p",{class:"t2b-verdict"}),h=v(t.score,"ul"),[f,y]=[{},{}],O=[
null,null],d={scene:null,scale:null,first:o<a?o:0,second:a>1?(o+1)%a:0,arrows:!1,schedule:s,box:g=>q(d.scene,g),select(g){g!==d.first&&([d.first,d.second]=[g,d.
first],s())},move(g,{lower:$,upper:N}){let{d:L}=e.run.boxes;e.move(g,{lower:$.slice(0,L),upper:N.slice(0,L)})},hover(g){d.hovered=g,s()},hovered:-1,resize(){let g=Math.
floor(t.stage.clientWidth);if(!(g<50)){d.width=g,d.height=e.run.boxes.d===1?W(60*a,160,480):W(Math.round(g*.8),280,520),O=[null,null];for(let $ of[w,b])$.resize(
$.figure.clientWidth);y.matrix=e.run.known,b.update(T(y)),d.update()}},update(){if(!d.width)return;let{boxes:g,now:$,marks:N,isBinary:L}=e.run,F=Oo(g);k(F,g.d),
d.scene={...F,first:d.first,second:d.second,hovered:d.hovered,marks:null,moved:l,limits:O.map(({limits:A})=>A),steps:O.map(({step:A})=>A),inRows:g.d===1},c.update(
d.scene,d.scale),u.update(d.scene,d.scale,e.run,d.arrows),f.matrix=$.overlaps,f.marks=L?N:null,w.update(T(f)),m()}},T=g=>Object.assign(g,{moved:l,first:d.first,
second:d.second});function k({lower:g,upper:$},N){let L=[0,1].map(E=>N===1&&E===1?{limits:[-.6,a-.4],step:1}:ie([...g,...$].map(_=>_[E]),O[E]?.limits,.3333333333333333)),
F=L.every(({limits:E},_)=>E===O[_]?.limits);if(O=L,F&&N===2&&d.scale)return;let A=O.map(E=>E.limits);d.scale=Xt(A,d.width,d.height),c.resize(d.scale,A),c.root.classList.
toggle("t2b-rows",N===1)}function m(){let{now:g,marks:$,isBinary:N,known:L}=e.run,F=[];if(N){let{missing:E,spurious:_,f1:I}=g.counts,G=rt(E+_,"relation"),K=Number.
isNaN(I)?"":`F1 ${et(I)}. `;D(x,`${K}${G} wrong.`),$.forEach((C,U)=>{if(!C)return;let H=C===1?"should lie":"should not lie";F.push({mark:C,text:S(U,H,g.overlaps[U])})})}else{
let E=Array.from(L,(_,I)=>({k:I,off:Math.abs(_-g.overlaps[I])})).filter(({off:_})=>_>=.005).sort((_,I)=>I.off-_.off);D(x,`Largest error ${et(E[0]?.off??0)}.`);for(let{
k:_}of E)F.push({mark:0,text:S(_,`(${et(L[_])})`,g.overlaps[_])})}let A=F.slice(0,4);for(F.length>4&&A.push({mark:0,text:`and ${F.length-4} more`});h.children.length<
A.length;)v(h,"li");for(;h.children.length>A.length;)h.lastChild.remove();A.forEach(({mark:E,text:_},I)=>{D(h.children[I],_),h.children[I].className={1:"t2b-mis\
sing",2:"t2b-spurious"}[E]??""})}let S=(g,$,N)=>`${i[Math.floor(g/a)]} ${$} in ${i[g%a]}: ${et(N)}`;return le(c,d),ce(c,d),d}var To=[[.1,"slow"],[1,"1 step a fr\
ame"],[5,"5 steps a frame"],[20,"20 steps a frame"]],No="Drag a box, also while it learns. Keyboard: Tab to a box; arrow keys move it, Shift + arrow keys resize\
 it, Ctrl or Alt makes the steps small. A change of a setting starts the optimiser anew.",Te=0;function Lo({model:t,el:e}){let n={help:`t2b-trainer-help-${++Te}`,
hatch:`t2b-trainer-hatch-${Te}`},o=v(e,"div",{class:"t2b-playground t2b-themed t2b-trainer"}),s=(M,z,J,at={})=>v(M,"button",{type:"button",onclick:J,...V,...at},
z),r=null,i,a=null,l=!1,c=1,u=0,p=0,w=v(o,"nav",{class:"t2b-menu","aria-label":"Exercises"}),b=t.get("_menu")?Ut.map(M=>v(w,"a",{href:`#${t.get("key")}?preset=${M.
id}`,onclick(z){z.preventDefault(),$t(()=>B.load(M.id)),tt(`#${t.get("key")}?preset=${M.id}`)}},M.title)):[],x=v(o,"div",{class:"t2b-exercise"}),h=v(o,"div",{class:"\
t2b-toolbar"}),f=s(h,"▶ Play",()=>nt(!l),{class:"t2b-play"});s(h,"→ Step",()=>{nt(!1),B.step()}),s(h,"↺ Reset",()=>{nt(!1),B.reset(),tt()}),s(h,"⚄ New see\
d",()=>{nt(!1),B.change({seed:B.run.settings.seed+1}),tt()}),It(h,"speed",To,M=>c=M).set(c);let O=v(h,"label",{class:"t2b-tick"}),d=v(O,"input",{type:"checkbox",
...V});v(O,"span",{},"gradients as arrows"),d.addEventListener("change",()=>{r.arrows=d.checked,gt.schedule()});let T=v(h,"span",{class:"t2b-status"}),k=v(o,"di\
v",{class:"t2b-layout"}),m=v(k,"div",{class:"t2b-stage"}),S=v(k,"div",{class:"t2b-side"}),g=be(S),$={stage:m,score:v(S,"div",{class:"t2b-task"})},N=v(k,"div",{class:"\
t2b-maps"});$.overlaps=v(N,"div"),$.truth=v(N,"div"),v(o,"p",{class:"t2b-help",id:n.help},No);let L=(M,z)=>v(M,"details",{},X("summary",{},z)),F=L(S,"Settings");
F.open=!0;let A=pe(F,M=>{B.change(M),tt()}),E=v(o,"div",{class:"t2b-folds"}),_=L(E,"Relation: your own classes");v(_,"p",{class:"t2b-help"},"An indented list (a\
 name lies in the names above it that it is indented under), or a table with names above and on the left and numbers from 0 to 1; empty where nothing is known.");
let I=v(_,"textarea",{rows:10,spellcheck:"false","aria-label":"The relation",...V}),G=v(_,"p",{class:"t2b-complaint",role:"alert"});s(v(_,"div",{class:"t2b-tool\
bar"}),"Use this relation",()=>{nt(!1),$t(()=>B.read(I.value)),tt()});let K=L(E,"Share: link and Python"),C=v(K,"div",{class:"t2b-toolbar"}),U=v(K,"textarea",{rows:4,
readonly:"","aria-label":"What was copied",...V}),H=M=>{U.value=M,U.select(),navigator.clipboard?.writeText(M).catch(()=>{})};s(C,"Copy link",()=>{tt(),H(new URL(
B.address(),window.location.href).href)}),s(C,"Copy as Python",()=>H(Oe(B.run)));let mt=ne(o),B=Eo(t,Le,()=>gt.schedule()),gt=oe(()=>wt());function Le(){let M=JSON.
stringify(B.run.relation.names);if(r?.names===M)r.resize();else{let{first:z=0,arrows:J=!1}=r??{};r=ko($,B,n,{first:z,schedule:gt.schedule}),Object.assign(r,{names:M,
arrows:J}),r.resize()}Re(),I.value=B.text,wt()}function $t(M){try{M(),D(G,"")}catch(z){D(G,z.message),_.open=!0}}function Re(){let{preset:M}=B;if(b.forEach((J,at)=>{
Ut[at]===M?J.setAttribute("aria-current","true"):J.removeAttribute("aria-current")}),i===M||([i,a]=[M,null],x.replaceChildren(),!M))return;let z=(J,at)=>v(x,"p",
{},X("b",{},`${J} `),at);z("Predict.",M.predict),z("Try.",M.ask),a=v(x,"p",{class:"t2b-verdict",role:"status"}),v(x,"details",{},X("summary",{},"Why"),X("p",{},
M.why))}function wt(){if(!B.run)return;let{run:M}=B;if(r.update(),g.update(M),A.update(M.settings),D(T,`step ${M.steps}`),!M.now.goal||!a)return;let z=M.solved?
`✓ Solved: ${M.now.goal.text}.`:`Not yet: ${M.now.goal.text}.`;D(a,z),x.classList.toggle("t2b-solved",M.solved)}function zt(){for(p=requestAnimationFrame(zt),
u+=c;u>=1;u--)B.run.step();wt(),B.tell()}function nt(M){if(l!==M){if(l=M,D(f,M?"⏸ Pause":"▶ Play"),o.classList.toggle("t2b-playing",M),cancelAnimationFrame(
p),M){p=requestAnimationFrame(zt);return}B.tell(!0),tt(),mt.say(`Step ${B.run.steps}, loss ${B.run.now.loss.toPrecision(3)}.`)}}function tt(M=B.address()){document.
body.dataset.jpThemeLight===void 0&&window.history.replaceState(window.history.state,"",M)}function Gt(){let M=B.fromAddress();if(M!==null)$t(()=>B.loadState(M));else if(B.
run)return;if(B.run){M!==null&&o.scrollIntoView();return}t.get("names").length?B.loadModel():B.load(t.get("preset"))}function Ie(){g.resize(g.figure.clientWidth),
r.resize(),wt()}Gt(),t.on("change:_assigned",B.follow);let qt=new ResizeObserver(Ie);qt.observe(m);let Kt=()=>{nt(!1),Gt()};return window.addEventListener("hash\
change",Kt),()=>{cancelAnimationFrame(p),t.off("change:_assigned",B.follow),qt.disconnect(),gt.stop(),mt.stop(),window.removeEventListener("hashchange",Kt)}}var Xn={
render:Lo};export{Xn as default};
