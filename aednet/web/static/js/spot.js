/** A small map with one spot on it, which stands in the page itself. */

import { createMap, drawGround } from "./basemap.js";
import { loadAreas } from "./network.js";

const CLOSE_BY = 15; // the zoom at which one knows the street
const DROP = "M12 22s-7-6.6-7-12a7 7 0 0 1 14 0c0 5.4-7 12-7 12z";

for (const holder of document.querySelectorAll("[data-spot]")) {
  show(holder).catch(() => holder.remove());
}

async function show(holder) {
  const L = window.L;
  const spot = [Number(holder.dataset.lat), Number(holder.dataset.lon)];
  const ground = await loadAreas(holder.dataset.areasUrl);
  const map = createMap(L, holder, { scrollWheelZoom: false });
  map.setView(spot, CLOSE_BY);
  drawGround(L, map, holder, ground);
  const mark = L.marker(spot, { icon: drop(L), interactive: false, keyboard: false }).addTo(map).getElement();
  mark.setAttribute("role", "img");
  mark.setAttribute("aria-label", holder.dataset.textSpot);
}

function drop(L) {
  const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
  svg.setAttribute("viewBox", "0 0 24 24");
  const path = document.createElementNS(svg.namespaceURI, "path");
  path.setAttribute("d", DROP);
  svg.append(path);
  return L.divIcon({ className: "pin-mark", html: svg, iconSize: [44, 44], iconAnchor: [22, 41] });
}
