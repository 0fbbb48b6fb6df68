/** The pin with which somebody points out where they live. What it says travels in the form alone. */

import { createMap, drawGround, viewOf } from "./basemap.js";
import { arrangeLabels } from "./labels.js";
import { loadAreas } from "./network.js";

const CLOSE_BY = 15; // the zoom at which one points out a house
const DECIMALS = 5; // of a degree: 1 m
const FIND_WITHIN_MS = 15_000;
const DROP = "M12 22s-7-6.6-7-12a7 7 0 0 1 14 0c0 5.4-7 12-7 12z";

const holder = document.querySelector("[data-pin]");
const part = (name) => document.querySelector(`[data-pin-${name}]`);
let isStarted = false;

if (holder) {
  holder.addEventListener("toggle", startOnce);
  if (holder.open) {
    startOnce();
  }
}

/** Load and draw the map once somebody wants to see it. */
function startOnce() {
  if (!isStarted) {
    isStarted = true;
    start(holder.dataset).catch(() => say(holder.dataset.textFailed));
  }
}

async function start(texts) {
  const L = window.L;
  const ground = await loadAreas(texts.areasUrl);
  const map = createMap(L, part("map"), { scrollWheelZoom: false });
  const areas = drawGround(L, map, part("map"), ground);
  map.fitBounds(viewOf(L, ground.features));
  const pin = new Pin(L, map, { texts, ground, moved: () => arrangeLabels(L, map, { areas, discs: pin.stands }) });
  map.on("moveend", pin.moved);
  pin.moved();
  map.on("click", ({ latlng }) => pin.put(latlng));
  part("middle").addEventListener("click", () => pin.put(map.getCenter()));
  part("here").addEventListener("click", () => putHere(pin, texts));
  part("remove").addEventListener("click", () => pin.remove());
  part("middle").disabled = false;
  part("here").disabled = false;
  pin.putAsTyped();
}

/** The marker on the map and the two fields that tell the form where it stands. */
class Pin {
  #L;
  #map;
  #texts;
  #ground;
  #marker = null;

  /** `moved` is what is to follow each time that the pin or the map has moved. */
  constructor(L, map, { texts, ground, moved }) {
    this.#L = L;
    this.#map = map;
    this.#texts = texts;
    this.#ground = ground;
    this.moved = moved;
  }

  /** Where the pin stands, in a list that is empty where it does not. */
  get stands() {
    return this.#marker ? [this.#marker.getLatLng()] : [];
  }

  /** Put the pin where the form already says that it stands, if it does. */
  putAsTyped() {
    const typed = [part("lat").value, part("lon").value];
    const [lat, lng] = typed.map((text) => Number.parseFloat(text.replace(",", ".")));
    if (Math.abs(lat) <= 90 && Math.abs(lng) <= 180) {
      this.put({ lat, lng });
      this.#map.setView([lat, lng], CLOSE_BY);
      [part("lat").value, part("lon").value] = typed; // no digit is lost unless somebody moves the pin
    }
  }

  put(position) {
    if (!this.#marker) {
      this.#marker = this.#make(position).addTo(this.#map);
      part("remove").hidden = false;
    }
    this.#marker.setLatLng(position);
    part("lat").value = position.lat.toFixed(DECIMALS);
    part("lon").value = position.lng.toFixed(DECIMALS);
    const area = this.#ground.features.find(({ geometry }) => holds(geometry, position));
    say(area ? this.#texts.textSetIn.replace("{area}", area.properties.name) : this.#texts.textSet);
    this.moved();
  }

  /** Put the pin at a position found elsewhere, and show what lies round it. */
  show(position) {
    this.put(position);
    this.#map.setView(position, CLOSE_BY);
  }

  remove() {
    this.#marker?.remove();
    this.#marker = null;
    part("lat").value = "";
    part("lon").value = "";
    part("remove").hidden = true;
    say(this.#texts.textRemoved);
    this.moved();
    document.querySelector("#place")?.focus();
  }

  #make(position) {
    const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
    svg.setAttribute("viewBox", "0 0 24 24");
    const drop = document.createElementNS(svg.namespaceURI, "path");
    drop.setAttribute("d", DROP);
    svg.append(drop);
    const icon = this.#L.divIcon({ className: "pin-mark", html: svg, iconSize: [44, 44], iconAnchor: [22, 41] });
    const marker = this.#L.marker(position, { icon, draggable: true, autoPan: true, alt: this.#texts.textPin });
    marker.on("add", () => marker.getElement().setAttribute("aria-label", this.#texts.textPin));
    marker.on("dragend", () => this.put(marker.getLatLng()));
    return marker;
  }
}

function putHere(pin, texts) {
  if (!window.isSecureContext || !navigator.geolocation) {
    say(texts.textNoPosition);
    return;
  }
  say(texts.textBusy);
  navigator.geolocation.getCurrentPosition(
    ({ coords }) => pin.show({ lat: coords.latitude, lng: coords.longitude }),
    () => say(texts.textNoPosition),
    { enableHighAccuracy: true, timeout: FIND_WITHIN_MS },
  );
}

/** Tell whether a GeoJSON Polygon or MultiPolygon holds a position: an odd number of edges lie to its east. */
function holds({ type, coordinates }, { lat, lng }) {
  const rings = type === "Polygon" ? coordinates : coordinates.flat();
  let isInside = false;
  for (const ring of rings) {
    for (let at = 1; at < ring.length; at += 1) {
      const [[x1, y1], [x2, y2]] = [ring[at - 1], ring[at]];
      if (y1 > lat !== y2 > lat && lng < x1 + ((lat - y1) / (y2 - y1)) * (x2 - x1)) {
        isInside = !isInside;
      }
    }
  }
  return isInside;
}

function say(text) {
  part("message").textContent = text;
}
