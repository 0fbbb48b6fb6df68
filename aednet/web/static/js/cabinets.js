/** Draws the cabinets: a sign for each, a number where the list has one, a count where they crowd. */

import { groupNearby } from "./grouping.js";

const TARGET = 44; // pixels, as for every control
const CROWDED = TARGET; // closer than this, targets would cover each other
const CLOSE_UP = 18; // the zoom from which a crowd is listed rather than taken apart

export class CabinetLayer {
  #L;
  #map;
  #signs;
  #texts;
  #fill;
  #drawn;
  #layer;
  #cabinets = [];
  #numbers = new Map();
  #chosen = null;
  #shown = new Map(); // markers by the key of their group

  /**
   * @param L Leaflet
   * @param map the map to draw on
   * @param {{signs: Map<string, Element>, texts: DOMStringMap, fill: Function, drawn: Function}} look the
   *   badge of each state, the words, what returns a popup's content for some cabinets, and what is to
   *   follow each time the discs have changed
   */
  constructor(L, map, { signs, texts, fill, drawn }) {
    this.#L = L;
    this.#map = map;
    this.#signs = signs;
    this.#texts = texts;
    this.#fill = fill;
    this.#layer = L.layerGroup().addTo(map);
    this.#drawn = drawn;
    map.on("moveend", () => this.#draw());
  }

  /** Show these GeoJSON features. */
  show(features) {
    this.#cabinets = features.map(({ geometry, properties }) => ({
      ...properties,
      at: this.#L.latLng(geometry.coordinates[1], geometry.coordinates[0]),
    }));
    this.#redraw();
  }

  /** Give the cabinets in `numbers`, a map by ref, their number in the list; they always stand alone. */
  number(numbers) {
    this.#numbers = numbers;
    this.#redraw();
  }

  /** Point out the cabinet `ref`, or none. */
  choose(ref) {
    this.#chosen = ref;
    for (const { marker, group } of this.#shown.values()) {
      const isChosen = group.some((cabinet) => cabinet.ref === ref);
      marker.getElement()?.classList.toggle("is-chosen", isChosen);
      marker.setZIndexOffset(isChosen ? 2000 : 0);
    }
  }

  /** Return the positions of these cabinets, or of all. */
  positions(refs = null) {
    return this.#cabinets.filter(({ ref }) => !refs || refs.has(ref)).map(({ at }) => at);
  }

  /** Return where the discs stand that are drawn at present. */
  discs() {
    return [...this.#shown.values()].map(({ marker }) => marker.getLatLng());
  }

  #redraw() {
    this.#layer.clearLayers();
    this.#shown.clear();
    this.#draw();
  }

  /** Add the groups that came into view and remove those that left it. */
  #draw() {
    const view = this.#map.getBounds().pad(0.2);
    const wanted = new Map();
    for (const group of this.#groups()) {
      if (group.some(({ at }) => view.contains(at))) {
        wanted.set(group.map(({ ref }) => ref).join(" "), group);
      }
    }
    for (const [key, { marker }] of this.#shown) {
      if (!wanted.has(key)) {
        this.#layer.removeLayer(marker);
        this.#shown.delete(key);
      }
    }
    for (const [key, group] of wanted) {
      if (!this.#shown.has(key)) {
        this.#shown.set(key, { group, marker: this.#marker(group).addTo(this.#layer) });
      }
    }
    this.choose(this.#chosen);
    this.#drawn();
  }

  /** Numbered cabinets stand alone; the others share a disc where theirs would cover each other. */
  #groups() {
    const alone = this.#cabinets.filter(({ ref }) => this.#numbers.has(ref)).map((cabinet) => [cabinet]);
    const points = this.#cabinets
      .filter(({ ref }) => !this.#numbers.has(ref))
      .map((cabinet) => ({ ...this.#map.project(cabinet.at), cabinet }));
    const crowds = groupNearby(points, CROWDED).map((group) => group.map(({ cabinet }) => cabinet));
    return [...crowds, ...alone];
  }

  #marker(group) {
    const marker = group.length > 1 ? this.#crowd(group) : this.#single(group[0]);
    marker.on("click", () => this.#activate(marker, group));
    marker.on("keydown", ({ originalEvent: event }) => {
      if (event.key === "Enter" || event.key === " ") {
        event.preventDefault();
        this.#activate(marker, group);
      }
    });
    return marker;
  }

  /** Take a crowd apart by zooming in; tell of a single one, or of a crowd that stays one. */
  #activate(marker, group) {
    const bounds = this.#L.latLngBounds(group.map(({ at }) => at));
    const closeEnough = Math.min(this.#map.getBoundsZoom(bounds, false, [TARGET, TARGET]), CLOSE_UP);
    if (group.length > 1 && this.#map.getZoom() < closeEnough) {
      this.#map.fitBounds(bounds, { padding: [TARGET, TARGET], maxZoom: CLOSE_UP });
      this.#map.getContainer().focus({ preventScroll: true });
    } else {
      this.#open(marker, group);
    }
  }

  #open(marker, group) {
    const popup = this.#L
      .popup({ offset: [0, -12], autoPanPadding: [16, 16], maxWidth: 280, minWidth: 160 })
      .setLatLng(marker.getLatLng())
      .setContent(this.#fill(group))
      .openOn(this.#map);
    const element = popup.getElement();
    element.querySelector(".leaflet-popup-close-button")?.setAttribute("aria-label", this.#texts.textClose);
    element.querySelector(".popup-cabinet a")?.focus({ preventScroll: true });
    element.addEventListener("keydown", ({ key }) => key === "Escape" && popup.close());
    popup.once("remove", () => marker.getElement()?.focus({ preventScroll: true }));
  }

  #single(cabinet) {
    const badge = this.#signs.get(cabinet.readiness);
    const number = this.#numbers.get(cabinet.ref);
    const disc = make("span", "mark-disc", badge.querySelector("svg").cloneNode(true));
    const parts = number ? [disc, make("span", "mark-number", number)] : [disc];
    return this.#place(cabinet.at, {
      className: `mark badge-${cabinet.readiness}`,
      parts,
      label: `${number ? `${number}. ` : ""}${cabinet.name}. ${words(badge)}`,
      isAbove: Boolean(number),
    });
  }

  #crowd(group) {
    // At the first one's place, since first ones lie far enough apart; their centres may not.
    return this.#place(group[0].at, {
      className: "mark mark-group",
      parts: [make("span", "mark-disc", group.length)],
      label: this.#texts.textGroup.replace("{number}", group.length),
    });
  }

  #place(at, { className, parts, label, isAbove = false }) {
    const html = document.createElement("span");
    html.append(...parts);
    const icon = this.#L.divIcon({ className, html, iconSize: [TARGET, TARGET] });
    const marker = this.#L.marker(at, { icon, riseOnHover: true, zIndexOffset: isAbove ? 1000 : 0 });
    return marker.on("add", () => marker.getElement().setAttribute("aria-label", label));
  }
}

/** Return the words of an element in one line. */
export function words(element) {
  return element.textContent.replace(/\s+/g, " ").trim();
}

/** Return a new element of a class with this content. */
export function make(tag, className, ...content) {
  const element = document.createElement(tag);
  element.className = className;
  element.append(...content);
  return element;
}
