/* Built from t2b_lib/widgets by `make bundle`. Sources: 67c7f46802b9fea5dba42c232319c14cff1950cf1a0e70f514bc7198d9abdbac */
var A="http://www.w3.org/2000/svg",T={"data-lm-suppress-shortcuts":"true"};function _(t,e,o){for(let[n,s]of Object.entries(e))n.startsWith("on")?t.addEventListener(
n.slice(2),s):n.startsWith("--")?t.style.setProperty(n,s):s!=null&&t.setAttribute(n,s);return t.append(...o.filter(n=>n!=null)),t}var y=(t,e={},...o)=>_(document.
createElement(t),e,o),l=(t,e,o={},...n)=>t.appendChild(y(e,o,...n)),b=(t,e,o={},...n)=>t.appendChild(_(document.createElementNS(A,e),o,n));function $(t,e){for(let[
o,n]of Object.entries(e))t.setAttribute(o,typeof n=="number"?n.toFixed(2):n)}var v=t=>Number(t.toPrecision(12));function R(t){let e=10**Math.floor(Math.log10(t/200));return Math.max(...[1,2,5].map(o=>o*e).filter(o=>o<=t/200*(1+1e-9)))}function C(t,e,o=0){let[n,s]=[Math.min(...t),Math.max(...t)];if(e&&e[0]<=n&&s<=e[1]&&s-n>=o*(e[1]-e[0]))return{limits:e,step:R(e[1]-e[0])};let c=Math.max(.15*(s-
n),1e-6*Math.abs(n),1e-6*Math.abs(s))||.5,r=R(s-n+2*c);return{limits:[v(Math.floor((n-c)/r)*r),v(Math.ceil((s+c)/r)*r)],step:r}}var m={left:40,right:10,top:10,bottom:24};function L(t,e,o){let n={x:e-m.left-m.right,y:o-m.top-m.bottom},[[s,d],[c,r]]=t,h=[n.x/(d-s),-n.y/(r-c)];return{width:e,
height:o,x:p=>m.left+(p-s)*h[0],y:p=>m.top+(p-r)*h[1],units:(p,u)=>[p/h[0],u/h[1]]}}function j(t,e){let[o,n]=[t.x(e.lower[0]),t.y(e.upper[1])];return{x:o,y:n,width:t.
x(e.upper[0])-o,height:t.y(e.lower[1])-n}}var W=t=>t.split(/\r?\n/).map(e=>e.trim()).filter(Boolean);function I(t,e){if(!t.length)return[["Name at least one class.",""]];if(JSON.stringify(e.classes)!==JSON.
stringify(t))return[["Being placed …",""]];let o=n=>n.map(([s,d])=>`${s} (${d.toFixed(2)})`).join(", ");return[["Lies in: ",`${o(e.within)||"none of the map"}\
.`],["Contains: ",`${o(e.contents)||"none of the map"}.`],["Nearest: ",`${e.nearest.join(", ")}.`]]}function U({model:t,el:e}){let{lower:o,upper:n}=t.get("_boxe\
s"),s=o.map((i,a)=>({lower:i,upper:n[a]})),d=l(e,"div",{class:"t2b-playground t2b-themed t2b-form"}),c=l(d,"div",{class:"t2b-layout"}),r=l(c,"div",{class:"t2b-s\
tage"}),h=l(c,"div",{class:"t2b-side"}),p=l(h,"label",{},"Your dataset's classes, one a line"),u=l(p,"textarea",{rows:10,spellcheck:"false",disabled:"",...T}),F=l(
h,"p",{class:"t2b-help"},"This form needs a kernel, which reads the names. Open the chapter in Jupyter or Colab to change them."),k=l(h,"div",{class:"t2b-said",
role:"status"}),S=b(r,"svg",{class:"t2b-drawing",role:"img","aria-label":"The box of your dataset among those of the map"}),g=0;function w(){let i=t.get("classe\
s"),a=t.get("_answer");document.activeElement!==u&&(u.value=i.join(`
`));let M=I(i,a);k.replaceChildren(...M.map(([x,f])=>y("p",{},y("b",{},x),f))),g&&z(M.length>1?a:null)}function z(i){let a=i?[...s,i]:s,M=[0,1].map(f=>C(a.flatMap(
O=>[O.lower[f],O.upper[f]])).limits),x=L(M,g,Math.round(g*.85));$(S,{viewBox:`0 0 ${x.width} ${x.height}`,height:x.height}),S.replaceChildren();for(let f of a)b(
b(S,"g",{class:`t2b-box ${f===i?"t2b-hue-1 t2b-selected":"t2b-hue-none"}`}),"rect",j(x,f))}u.addEventListener("change",()=>{t.set("classes",W(u.value)),t.save_changes(),
w()});let E={"change:classes":w,"change:_answer":w};E["msg:custom"]=()=>{u.disabled=!1,F.hidden=!0};for(let[i,a]of Object.entries(E))t.on(i,a);t.send("kernel?");
let N=new ResizeObserver(()=>{r.clientWidth===g||r.clientWidth<100||(g=r.clientWidth,w())});return N.observe(r),w(),()=>{N.disconnect();for(let[i,a]of Object.entries(
E))t.off(i,a)}}var tt={render:U};export{W as classesOf,tt as default,I as sentences};
