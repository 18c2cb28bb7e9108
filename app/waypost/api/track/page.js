const m=document.getElementById("m"),l=location,o=decodeURIComponent(l.hash.slice(1));
const tell=()=>{if(o&&parent!==self)parent.postMessage({waypost:"height",height:document.body.offsetHeight},o)};
new ResizeObserver(tell).observe(document.body);
for(const a of document.querySelectorAll(".lang"))a.hash=l.hash;
const s=new EventSource(l.pathname+"/live?lang="+m.dataset.l+"&v="+m.dataset.v);
s.onmessage=e=>{const k={};for(const d of m.querySelectorAll("details"))k[d.id]=d.open;m.innerHTML=e.data;for(const d of m.querySelectorAll("details"))if(d.id in k)d.open=k[d.id];document.title=m.querySelector("h1").textContent};
s.addEventListener("end",()=>{s.close();l.reload()});
