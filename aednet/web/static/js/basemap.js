/** The map that every page begins with: its frame, its controls, its ground. */

import { drawAreas } from "./areas.js";
import { make } from "./cabinets.js";

const SOMEWHERE = [[50.7, 3.3], [53.6, 7.3]]; // the Netherlands, while there is nothing to show
const KEEP_STILL = window.matchMedia("(prefers-reduced-motion: reduce)").matches;

/** Return a map in `holder`, with Leaflet's `options` beside our own. */
export function createMap(L, holder, options) {
  const { dataset: texts } = holder;
  const canvas = holder.querySelector("[data-map-canvas]");
  canvas.setAttribute("role", "region");
  canvas.setAttribute("aria-label", texts.textMap);
  const map = L.map(canvas, {
    zoomControl: false,
    maxZoom: 18,
    zoomSnap: 0.5,
    zoomAnimation: !KEEP_STILL,
    fadeAnimation: !KEEP_STILL,
    markerZoomAnimation: !KEEP_STILL,
    inertia: !KEEP_STILL,
    ...options,
  });
  map.attributionControl.setPrefix("Leaflet");
  L.control.zoom({ zoomInTitle: texts.textZoomIn, zoomOutTitle: texts.textZoomOut }).addTo(map);
  if (texts.tilesUrl) {
    L.tileLayer(texts.tilesUrl, { attribution: asMarkup(texts.tilesCredit), maxZoom: 18 }).addTo(map);
    holder.classList.add("has-tiles");
  }
  return map;
}

/** Draw the areas with their credit; returns their layer, or null where there are none. */
export function drawGround(L, map, holder, collection) {
  if (!collection?.features.length) {
    return null;
  }
  const isProposal = collection.features.some(({ properties }) => properties.boundary_source === "proposal");
  const credit = isProposal ? `${collection.credit}. ${holder.dataset.textProposal}` : collection.credit;
  map.attributionControl.addAttribution(asMarkup(credit));
  holder.classList.add("has-areas");
  return drawAreas(L, map, collection);
}

/** Return what holds all these GeoJSON features. */
export function viewOf(L, features) {
  const bounds = L.geoJSON(features).getBounds();
  return bounds.isValid() ? bounds : L.latLngBounds(SOMEWHERE);
}

/** Return words as markup, which is what Leaflet takes for a credit. */
function asMarkup(text) {
  return make("span", "", text).innerHTML;
}
