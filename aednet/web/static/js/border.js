/** The map on which a border is looked at or drawn. What is drawn travels as the text of the form. */

import { createMap, drawGround, viewOf } from "./basemap.js";
import { arrangeLabels } from "./labels.js";
import { loadAreas } from "./network.js";

const DECIMALS = 6; // of a degree: 0.1 m
const MOST_CORNERS = 250; // shown at once; more cannot be told apart
const FEWEST_CORNERS = 3;
const NUDGE_PX = 4;
const NUDGES = { ArrowUp: [0, -1], ArrowDown: [0, 1], ArrowLeft: [-1, 0], ArrowRight: [1, 0] };

const holder = document.querySelector("[data-border-map]");
const part = (name) => document.querySelector(`[data-border-${name}]`);

if (holder) {
  start(holder.dataset).catch(() => say(holder.dataset.textFailed));
}

async function start(texts) {
  const L = window.L;
  const ground = await loadAreas(texts.areasUrl);
  const map = createMap(L, holder, { scrollWheelZoom: false });
  const areas = drawGround(L, map, holder.querySelector(".map"), ground);
  const [before, after] = [read(texts.before), read(texts.after)];
  if (before) {
    L.geoJSON(before, { interactive: false, style: { className: "border-now" } }).addTo(map);
  }
  if (after) {
    L.geoJSON(after, { interactive: false, style: { className: "border-new" } }).addTo(map);
  }
  const drawn = texts.drawn && read(part("text").value);
  const shown = [before, after, drawn].filter(Boolean).map((geometry) => ({ type: "Feature", geometry }));
  map.fitBounds(viewOf(L, shown.length ? shown : ground.features), { padding: [32, 32] });
  const arrange = () => arrangeLabels(L, map, { areas, discs: [] });
  map.on("moveend", arrange);
  arrange();
  if (texts.drawn) {
    new Editor(L, map, texts);
  }
}

/** Moves, adds and removes the corners of a border; a border is a list of polygons, these lists of rings. */
class Editor {
  #L;
  #map;
  #texts;
  #polygons = [];
  #shape;
  #handles;
  #chosen = null; // the polygon, ring and corner by number
  #past = [];

  constructor(L, map, texts) {
    this.#L = L;
    this.#map = map;
    this.#texts = texts;
    this.#shape = L.polygon([], { className: "border-new", interactive: false }).addTo(map);
    this.#handles = L.layerGroup().addTo(map);
    map.on("moveend", () => this.#drawHandles());
    map.on("click", ({ latlng }) => this.#begin(latlng));
    part("remove").addEventListener("click", () => this.#remove(this.#chosen));
    part("back").addEventListener("click", () => this.#stepBack());
    part("text").addEventListener("change", () => this.#takeText());
    this.#takeText();
  }

  #takeText() {
    const text = part("text").value.trim();
    const geometry = read(text);
    this.#polygons = geometry ? polygonsOf(geometry) : [];
    this.#chosen = null;
    this.#draw();
    say(geometry ? "" : text ? this.#texts.textUnreadable : this.#texts.textBegin);
  }

  /** Set the first corners of a border that is not there yet. */
  #begin(position) {
    const ring = this.#polygons[0]?.[0] ?? [];
    if (this.#polygons.length > 1 || ring.length >= FEWEST_CORNERS) {
      return;
    }
    this.#keep();
    this.#polygons = [[[...ring, position]]];
    this.#changed();
  }

  #move(at, position) {
    this.#keep();
    this.#ring(at)[at.corner] = position;
    this.#chosen = at;
    this.#changed();
  }

  #add(at, position) {
    this.#keep();
    this.#ring(at).splice(at.corner, 0, position);
    this.#chosen = at;
    this.#changed();
  }

  #remove(at) {
    if (!at || this.#ring(at).length <= FEWEST_CORNERS) {
      return;
    }
    this.#keep();
    this.#ring(at).splice(at.corner, 1);
    this.#chosen = null;
    this.#changed();
  }

  #ring({ polygon, ring }) {
    return this.#polygons[polygon][ring];
  }

  #keep() {
    this.#past.push(JSON.stringify(this.#polygons));
  }

  #stepBack() {
    this.#polygons = JSON.parse(this.#past.pop() ?? "[]");
    this.#chosen = null;
    this.#changed();
  }

  #changed() {
    const isWhole = this.#polygons.length && this.#polygons[0][0].length >= FEWEST_CORNERS;
    part("text").value = isWhole ? JSON.stringify(geometryOf(this.#polygons)) : "";
    say(isWhole ? this.#texts.textDrawn : this.#texts.textBegin);
    this.#draw();
  }

  #draw() {
    this.#shape.setLatLngs(this.#polygons);
    part("back").disabled = !this.#past.length;
    this.#drawHandles();
  }

  #drawHandles() {
    this.#handles.clearLayers();
    part("remove").disabled = !this.#chosen || this.#ring(this.#chosen).length <= FEWEST_CORNERS;
    const view = this.#map.getBounds().pad(0.1);
    const corners = this.#polygons.flatMap((rings, polygon) =>
      rings.flatMap((positions, ring) => positions.map((position, corner) => ({ polygon, ring, corner, position }))),
    ).filter(({ position }) => view.contains(position));
    if (corners.length > MOST_CORNERS) {
      say(this.#texts.textMany);
      return;
    }
    for (const corner of corners) {
      this.#drawCorner(corner);
      this.#drawMiddle(corner);
    }
  }

  #drawCorner({ position, ...at }) {
    const label = this.#texts.textCorner.replace("{number}", at.corner + 1);
    const isChosen = JSON.stringify(at) === JSON.stringify(this.#chosen);
    const marker = this.#handle(position, isChosen ? "corner is-chosen" : "corner", label, 1000);
    marker.on("dragend", () => this.#move(at, marker.getLatLng()));
    marker.on("click", () => {
      this.#chosen = at;
      say(this.#texts.textChosen);
      this.#drawHandles();
    });
    const element = marker.getElement();
    element.addEventListener("keydown", (event) => this.#press(event, at, marker));
    if (isChosen) {
      element.focus({ preventScroll: true });
    }
  }

  #press(event, at, marker) {
    const nudge = NUDGES[event.key];
    if (nudge) {
      event.preventDefault();
      event.stopPropagation();
      const moved = this.#map.latLngToContainerPoint(marker.getLatLng()).add(nudge.map((step) => step * NUDGE_PX));
      this.#move(at, this.#map.containerPointToLatLng(moved));
    } else if (event.key === "Delete" || event.key === "Backspace") {
      event.preventDefault();
      this.#remove(at);
    }
  }

  #drawMiddle({ position, ...at }) {
    const ring = this.#ring(at);
    if (ring.length < FEWEST_CORNERS) {
      return;
    }
    const next = ring[(at.corner + 1) % ring.length];
    const middle = { lat: (position.lat + next.lat) / 2, lng: (position.lng + next.lng) / 2 };
    const marker = this.#handle(middle, "middle", this.#texts.textMiddle, 0);
    const added = { ...at, corner: at.corner + 1 };
    marker.on("click", () => this.#add(added, marker.getLatLng()));
    marker.on("dragend", () => this.#add(added, marker.getLatLng()));
  }

  #handle(position, className, label, zIndexOffset) {
    const size = className === "middle" ? 28 : 44;
    const icon = this.#L.divIcon({ className, iconSize: [size, size] });
    const marker = this.#L.marker(position, { icon, draggable: true, autoPan: true, zIndexOffset });
    marker.addTo(this.#handles);
    marker.getElement().setAttribute("aria-label", label);
    return marker;
  }
}

/** Return the polygonal geometry in a text, alone or as the one feature, or null. */
function read(text) {
  try {
    let found = JSON.parse(text);
    found = found.type === "FeatureCollection" && found.features.length === 1 ? found.features[0] : found;
    found = found.type === "Feature" ? found.geometry : found;
    return polygonsOf(found).flat(2).every(({ lat, lng }) => isFinite(lat) && isFinite(lng)) ? found : null;
  } catch {
    return null;
  }
}

/** Return the polygons of a GeoJSON geometry, each ring without its last position, which repeats the first. */
function polygonsOf({ type, coordinates }) {
  const polygons = { Polygon: () => [coordinates], MultiPolygon: () => coordinates }[type]();
  return polygons.map((rings) => rings.map((ring) => ring.slice(0, -1).map(([lng, lat]) => ({ lat, lng }))));
}

function geometryOf(polygons) {
  const round = (degrees) => Number(degrees.toFixed(DECIMALS));
  const closed = (ring) => [...ring, ring[0]].map(({ lat, lng }) => [round(lng), round(lat)]);
  const coordinates = polygons.map((rings) => rings.map(closed));
  return coordinates.length === 1
    ? { type: "Polygon", coordinates: coordinates[0] }
    : { type: "MultiPolygon", coordinates };
}

function say(text) {
  part("note").textContent = text;
}
