/** Puts labels on the map where nothing covers them. */

const DISC = 42; // pixels that a cabinet's disc takes, with a little air, where nothing else is said
const LINES_OFF = [0, -18, 18, -36, 36, -54, 54]; // pixels a name may move up or down within its area
const SIDES = { right: [24, 0], left: [-24, 0], bottom: [0, 14], top: [0, -14] };

/**
 * Put the label of the marker `here` and the names of the `areas`, either of which may be missing, where
 * they cover neither the cabinets' `discs`, `size` pixels wide, nor each other. A name for which its area has no
 * room is hidden.
 */
export function arrangeLabels(L, map, { here, areas, discs, size = DISC }) {
  const taken = discs.map((position) => boxAround(L, map.latLngToLayerPoint(position), size, size));
  if (here) {
    taken.push(placeBeside(L, map, here, taken));
  }
  areas?.eachLayer((area) => {
    const box = placeWithin(L, map, area, taken);
    if (box) {
      taken.push(box);
    }
  });
}

/** Put the label of a marker on the first side that is free; returns the box that it takes. */
function placeBeside(L, map, marker, taken) {
  const label = marker.getTooltip();
  const { offsetWidth: width, offsetHeight: height } = label.getElement();
  const at = map.latLngToLayerPoint(marker.getLatLng());
  const boxAt = ([x, y]) =>
    boxAround(L, at.add([x + (Math.sign(x) * width) / 2, y + (Math.sign(y) * height) / 2]), width, height);
  const side = Object.keys(SIDES).find((name) => isFree(boxAt(SIDES[name]), taken)) ?? "bottom";
  label.options.direction = side;
  label.options.offset = L.point(SIDES[side]);
  label.update();
  return boxAt(SIDES[side]);
}

/** Put the name of an area on a free line inside it; returns the box that it takes, or null. */
function placeWithin(L, map, area, taken) {
  const name = area.getTooltip();
  const element = name.getElement();
  const room = areaBox(L, map, area);
  const centre = map.latLngToLayerPoint(area.getCenter());
  const boxAt = (dy) => boxAround(L, centre.add([0, dy]), element.offsetWidth, element.offsetHeight);
  const offset = LINES_OFF.find((dy) => room.contains(boxAt(dy)) && isFree(boxAt(dy), taken));
  element.classList.toggle("has-no-room", offset === undefined);
  if (offset === undefined) {
    return null;
  }
  name.options.offset = L.point(0, offset);
  name.update();
  return boxAt(offset);
}

function boxAround(L, { x, y }, width, height) {
  return L.bounds([x - width / 2, y - height / 2], [x + width / 2, y + height / 2]);
}

function areaBox(L, map, layer) {
  const bounds = layer.getBounds();
  return L.bounds(map.latLngToLayerPoint(bounds.getNorthWest()), map.latLngToLayerPoint(bounds.getSouthEast()));
}

function isFree(box, taken) {
  return !taken.some((other) => other.overlaps(box));
}
