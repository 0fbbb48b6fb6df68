/** The map of what the cabinets reach at an hour, and of what they leave out. */

import { createMap, drawGround, viewOf } from "./basemap.js";
import { make } from "./cabinets.js";
import { arrangeLabels } from "./labels.js";
import { loadAreas, loadCabinets } from "./network.js";

const M2_DECIMALS = 2; // of a square kilometre
const CLOSEST = 15; // the zoom that still shows what lies round a gap
// From below upwards; the names of the areas are at 450.
const PANES = { lost: 404, missed: 405, reach: 410, ground: 415, gaps: 420, borders: 430, dots: 440 };
const LABEL = 26; // pixels of a gap's number
const DOTS = { far: 4, near: 7 }; // pixels of a cabinet's radius, so that seen from afar its reach still shows
const NEAR = 13.5; // the zoom from which there is room
const STEP = 0.1; // of zooming, so that the areas fill the map
const MARGIN = 8; // pixels round the areas

export class CoverageMap {
  #holder;
  #texts;
  #L = window.L;
  #map = null;
  #areas = null;
  #whole = null;
  #names = new Map();
  #cabinets = [];
  #drawn = null;
  #gaps = [];
  #dots = [];
  #labels = [];
  #ready;

  /** Return a map in `holder`, or null where there is none. */
  static in(holder) {
    return holder && new CoverageMap(holder);
  }

  constructor(holder) {
    this.#holder = holder;
    this.#texts = holder.dataset;
    this.#ready = this.#start();
    this.#ready.catch(() => this.#fail());
  }

  /**
   * Show what is so at an instant.
   *
   * @param {{at: string, radius: number, labels: {number: string, position: number[]}[], signal}} moment
   *   the instant in ISO 8601, the radius in metres, where to put the numbers of the largest gaps, and what
   *   calls it off
   */
  async show({ at, radius, labels, signal }) {
    try {
      await this.#ready;
      const query = new URLSearchParams({ radius, at });
      const [gaps, serving] = await Promise.all([
        loadAreas(`${this.#texts.gapsUrl}?${query}`),
        loadCabinets(`${this.#texts.cabinetsUrl}?${new URLSearchParams({ open_at: at })}`),
      ]);
      if (!signal.aborted) {
        this.#draw(gaps.features, new Set(serving.map(({ properties }) => properties.ref)), radius, labels);
        this.#say("");
      }
    } catch {
      this.#fail();
    }
  }

  /** Bring a gap into view and tell of it; `position` is its place in the list. */
  goToGap(position) {
    const gap = this.#gaps[position];
    if (gap) {
      this.#holder.scrollIntoView({ block: "nearest" });
      this.#map.fitBounds(gap.getBounds(), { padding: [24, 24], maxZoom: CLOSEST });
      this.#tellOfGap(gap, this.#labels[position].getLatLng(), this.#labels[position]);
    }
  }

  async #start() {
    const L = this.#L;
    if (!L) {
      throw new Error("the map library did not load");
    }
    const [ground, cabinets] = await Promise.all([
      loadAreas(this.#texts.areasUrl),
      loadCabinets(this.#texts.cabinetsUrl),
    ]);
    this.#cabinets = cabinets;
    const own = new Set(this.#texts.ownAreas.split(" "));
    const features = ground.features.filter(({ properties }) => own.has(properties.slug));
    this.#names = new Map(ground.features.map(({ properties }) => [properties.slug, properties.name]));
    this.#map = createMap(L, this.#holder, { scrollWheelZoom: false, zoomSnap: STEP });
    for (const [name, height] of Object.entries(PANES)) {
      this.#map.createPane(name).style.zIndex = height;
    }
    this.#whole = viewOf(L, features);
    this.#map.fitBounds(this.#whole);
    this.#areas = drawGround(L, this.#map, this.#holder, ground);
    this.#showWhole();
    this.#offerWhole();
    this.#areas?.eachLayer((area) => {
      area.getElement().classList.toggle("is-elsewhere", !own.has(area.feature.properties.slug));
    });
    L.geoJSON(features, {
      pane: "borders",
      interactive: false,
      style: { className: "area-border" },
    }).addTo(this.#map);
    this.#drawn = L.layerGroup().addTo(this.#map);
    this.#map.on("moveend", () => this.#arrange());
  }

  /** Bring all of the areas into view, above the credit. */
  #showWhole() {
    const below = this.#map.attributionControl.getContainer().offsetHeight;
    this.#map.fitBounds(this.#whole, {
      paddingTopLeft: [MARGIN, MARGIN],
      paddingBottomRight: [MARGIN, MARGIN + below],
      animate: false,
    });
  }

  /** Offer the way back to all of the areas while some of them are out of view. */
  #offerWhole() {
    const button = this.#holder.querySelector("[data-map-whole]");
    const fitting = this.#map.getZoom();
    button.addEventListener("click", () => {
      this.#map.closePopup();
      this.#showWhole();
      this.#map.getContainer().focus({ preventScroll: true });
    });
    this.#map.on("moveend", () => {
      button.hidden = this.#map.getZoom() <= fitting && this.#map.getBounds().contains(this.#whole);
    });
  }

  #draw(gaps, serving, radius, labels) {
    const L = this.#L;
    this.#map.closePopup();
    this.#drawn.clearLayers();
    const places = this.#cabinets.map(({ geometry, properties }) => ({
      at: L.latLng(geometry.coordinates[1], geometry.coordinates[0]),
      isServing: serving.has(properties.ref),
      ...properties,
    }));
    // The grounds of all circles lie over all their edges, so that of circles that meet only the outer edge shows.
    for (const { at, isServing } of places) {
      const [edge, ground] = isServing ? ["reach", "ground"] : ["missed", "lost"];
      for (const pane of [edge, ground]) {
        L.circle(at, { radius, pane, className: `circle-${pane}`, interactive: false }).addTo(this.#drawn);
      }
    }
    this.#gaps = gaps.map((feature) => this.#gap(feature));
    this.#dots = [];
    for (const place of places) {
      this.#dot(place).addTo(this.#drawn);
    }
    this.#labels = labels.map(({ number, position }, place) => this.#label(number, position, this.#gaps[place]));
    this.#arrange();
  }

  #gap(feature) {
    const layer = this.#L
      .geoJSON(feature, { pane: "gaps", style: { className: "gap", fillColor: "url(#gap-hatch)", fillOpacity: 1 } })
      .addTo(this.#drawn);
    layer.properties = feature.properties;
    layer.on("click", ({ latlng }) => this.#tellOfGap(layer, latlng));
    return layer;
  }

  /** The number by which the list knows a gap; it can be reached by keyboard. */
  #label(number, position, gap) {
    const icon = this.#L.divIcon({ className: "gap-label", html: number, iconSize: [LABEL, LABEL] });
    const marker = this.#L.marker(position, { icon, riseOnHover: true });
    if (gap) {
      marker.on("add", () =>
        marker.getElement().setAttribute("aria-label", `${number}. ${this.#wordsOfGap(gap).join(", ")}`),
      );
      marker.on("click", () => this.#tellOfGap(gap, position, marker));
    }
    return marker.addTo(this.#drawn);
  }

  #dot({ at, ref, name, isServing }) {
    const className = `dot ${isServing ? "dot-serving" : "dot-idle"}`;
    const dot = this.#L.circleMarker(at, { radius: this.#dotRadius, pane: "dots", className });
    this.#dots.push(dot);
    dot.on("click", () => {
      const link = make("a", "", name);
      link.href = this.#texts.cabinetPage.replace("REF", encodeURIComponent(ref));
      this.#open(at, [link, isServing ? this.#texts.textServing : this.#texts.textIdle]);
    });
    return dot;
  }

  #wordsOfGap({ properties: { area, area_km2: ground, inhabitants } }) {
    const texts = this.#texts;
    const words = inhabitants === null ? texts.textGround : texts.textPeople;
    return [
      texts.textGap.replace("{area}", this.#names.get(area) ?? area),
      words.replace("{people}", figure(inhabitants ?? 0, 0)).replace("{area}", figure(ground, M2_DECIMALS)),
    ];
  }

  #tellOfGap(gap, at, marker = null) {
    const mark = (isChosen) =>
      gap.eachLayer((path) => path.getElement()?.classList.toggle("is-chosen", isChosen));
    this.#open(at, this.#wordsOfGap(gap), marker).once("remove", () => mark(false));
    mark(true); // only now, since opening this popup has closed the last one, which may have been this gap's
  }

  #open(at, lines, marker = null) {
    const content = make("div", "popup-cabinet", ...lines.map((line) => make("span", "", line)));
    const popup = this.#L
      .popup({ offset: [0, -8], autoPanPadding: [16, 16], maxWidth: 260 })
      .setLatLng(at)
      .setContent(content)
      .openOn(this.#map);
    const element = popup.getElement();
    const close = element.querySelector(".leaflet-popup-close-button");
    close.setAttribute("aria-label", this.#texts.textClose);
    element.addEventListener("keydown", ({ key }) => key === "Escape" && popup.close());
    if (marker) {
      close.focus({ preventScroll: true });
      popup.once("remove", () => marker.getElement()?.focus({ preventScroll: true }));
    }
    return popup;
  }

  get #dotRadius() {
    return this.#map.getZoom() < NEAR ? DOTS.far : DOTS.near;
  }

  #arrange() {
    for (const dot of this.#dots) {
      dot.setRadius(this.#dotRadius);
    }
    const discs = [...this.#labels, ...this.#dots].map((mark) => mark.getLatLng());
    arrangeLabels(this.#L, this.#map, { here: null, areas: this.#areas, discs, size: LABEL });
  }

  #fail() {
    this.#say(this.#texts.textFailed);
  }

  #say(text) {
    this.#holder.querySelector("[data-map-note]").textContent = text;
  }
}

function figure(value, decimals) {
  return new Intl.NumberFormat(document.documentElement.lang, { maximumFractionDigits: decimals }).format(value);
}
