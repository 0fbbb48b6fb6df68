/** Draws the areas with their names. */

/** Add the `collection` of areas to `map`; returns the Leaflet layer. */
export function drawAreas(L, map, collection) {
  const pane = map.createPane("area-names");
  pane.style.zIndex = 450; // above the areas, below the cabinets
  pane.style.pointerEvents = "none";
  return L.geoJSON(collection, {
    interactive: false,
    style: { className: "area" },
    onEachFeature: (feature, layer) =>
      layer.bindTooltip(document.createTextNode(feature.properties.name), {
        permanent: true,
        direction: "center",
        className: "area-name",
        pane: "area-names",
      }),
  }).addTo(map);
}
