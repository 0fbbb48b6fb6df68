/** The map: draws it, and keeps it in step with the list beside it. */

import { createMap, drawGround, viewOf } from "./basemap.js";
import { CabinetLayer, make } from "./cabinets.js";
import { arrangeLabels } from "./labels.js";
import { loadAreas, loadCabinets } from "./network.js";

const CLOSEST = 15; // the zoom that still shows what lies round the nearest
const ROUND_ONE = 14; // the zoom round one cabinet: its area and the next
const IN_VIEW = 3; // of the nearest
const SIDE_BY_SIDE = window.matchMedia("(min-width: 48rem)");

const holder = document.querySelector("[data-map]");
if (holder) {
  start(holder).catch(() => say(holder.dataset.textFailed));
}

async function start({ dataset: texts }) {
  const L = window.L;
  if (!L) {
    throw new Error("the map library did not load");
  }
  const [ground, cabinets] = await Promise.allSettled([
    loadAreas(texts.areasUrl),
    loadCabinets(texts.cabinetsUrl),
  ]);
  if (ground.status === "rejected" && cabinets.status === "rejected") {
    throw ground.reason;
  }
  const features = cabinets.value ?? [];
  const isPart = Boolean(texts.chosenRef); // a small map inside a page must not catch the page's scrolling
  const map = createMap(L, holder, {
    scrollWheelZoom: !isPart,
    dragging: !(isPart && L.Browser.mobile),
  });
  map.createPane("here").style.zIndex = 550; // below the cabinets
  if (!isPart) {
    L.control.scale({ imperial: false, position: "topright" }).addTo(map);
  }
  map.fitBounds(viewOf(L, ground.value?.features.length ? ground.value.features : features));
  const areas = drawGround(L, map, holder, ground.value);
  const origin = L.layerGroup().addTo(map);
  const layer = new CabinetLayer(L, map, {
    signs: readSigns(),
    texts,
    fill: popupFiller(texts),
    drawn: () => arrangeLabels(L, map, { here: origin.getLayers()[0], areas, discs: layer.discs() }),
  });
  layer.show(features);
  followList(L, map, { texts, layer, origin });
  document.addEventListener("aednet:nearby", ({ detail }) =>
    followList(L, map, { texts, layer, origin, position: detail }),
  );
  linkRows(map, layer);
  const isEmpty = !ground.value?.features.length && !features.length;
  say(cabinets.status === "rejected" ? texts.textPartly : isEmpty ? texts.textEmpty : "");
}

/** Number the cabinets as the list does, mark where it counts from, and bring that into view. */
function followList(L, map, { texts, layer, origin, position = null }) {
  const chosen = readPosition(texts.chosenLat, texts.chosenLon);
  if (chosen) {
    layer.number(new Map([[texts.chosenRef, ""]]));
    layer.choose(texts.chosenRef);
    map.setView(chosen, ROUND_ONE, { animate: false });
    return;
  }
  const rows = [...document.querySelectorAll("[data-number]")];
  layer.number(new Map(rows.map(({ dataset }) => [dataset.ref, dataset.number])));
  origin.clearLayers();
  const listed = document.querySelector("[data-origin-label]");
  const from = position ?? readPosition(listed?.dataset.originLat, listed?.dataset.originLon);
  if (!from) {
    return;
  }
  markOrigin(L, from, position ? texts.textHere : listed.dataset.originLabel).addTo(origin);
  const nearest = new Set(rows.slice(0, IN_VIEW).map(({ dataset }) => dataset.ref));
  map.fitBounds(L.latLngBounds([from, ...layer.positions(nearest)]), { padding: [48, 48], maxZoom: CLOSEST, animate: false });
}

function markOrigin(L, position, label) {
  const icon = L.divIcon({ className: "here", iconSize: [26, 26] });
  return L.marker(position, { icon, keyboard: false, interactive: false, zIndexOffset: 1500 }).bindTooltip(
    document.createTextNode(label),
    { permanent: true, direction: "bottom", className: "here-label", pane: "here" },
  );
}

/** Return what fills a popup: each cabinet's name, state, door and spot, as far as the page knows them. */
function popupFiller(texts) {
  const signs = readSigns();
  return (cabinets) => {
    const content = make("div", "popup");
    for (const { ref, name, readiness, location: spot } of cabinets) {
      const link = make("a", "", name);
      link.href = texts.cabinetPage.replace("REF", encodeURIComponent(ref));
      const door = findRow(ref)?.querySelector("[data-in-popup]")?.cloneNode(true);
      const parts = [link, signs.get(readiness).cloneNode(true), door, spot && make("span", "", spot)];
      content.append(make("div", "popup-cabinet", ...parts.filter(Boolean)));
    }
    return content;
  };
}

/** Point out on the map the cabinet whose row is under the pointer or has the focus, and the other way round. */
function linkRows(map, layer) {
  const list = document.querySelector("[data-list]");
  if (!list) {
    return;
  }
  const pointOut = ({ target }) => layer.choose(target.closest("[data-ref]")?.dataset.ref ?? null);
  const leave = () => layer.choose(null);
  list.addEventListener("pointerover", pointOut);
  list.addEventListener("pointerleave", leave);
  list.addEventListener("focusin", pointOut);
  list.addEventListener("focusout", leave);
  map.on("popupopen popupclose", ({ type, popup }) => {
    const links = popup.getElement()?.querySelectorAll(".popup-cabinet a") ?? [];
    for (const row of list.querySelectorAll("[data-ref]")) {
      const isMeant = [...links].some((link) => link.pathname === row.querySelector("a").pathname);
      row.classList.toggle("is-chosen", type === "popupopen" && isMeant);
      if (type === "popupopen" && isMeant && SIDE_BY_SIDE.matches) {
        row.scrollIntoView({ block: "nearest" });
      }
    }
  });
}

function readSigns() {
  const badges = document.querySelector("template[data-signs]").content.querySelectorAll("[data-readiness]");
  return new Map([...badges].map((badge) => [badge.dataset.readiness, badge]));
}

function readPosition(lat, lon) {
  return lat && lon ? { lat: Number(lat), lng: Number(lon) } : null;
}

function findRow(ref) {
  return document.querySelector(`.row[data-ref="${CSS.escape(ref)}"]`);
}

function say(text) {
  holder.querySelector("[data-map-note]").textContent = text;
}
