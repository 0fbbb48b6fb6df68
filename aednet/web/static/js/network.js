/** Reads the areas and the cabinets from the service. */

/** Return the FeatureCollection of areas at `url`; its `credit` must be shown with them. */
export async function loadAreas(url) {
  return (await load(url)).json();
}

/** Return the features of all cabinets at `url`, page after page. */
export async function loadCabinets(url) {
  const features = [];
  for (let page = url; page; ) {
    const answer = await load(page);
    features.push(...(await answer.json()).features);
    page = nextPage(answer.headers.get("Link"));
  }
  return features;
}

async function load(url) {
  const answer = await fetch(url);
  if (!answer.ok) {
    throw new Error(`${url} answered ${answer.status}`);
  }
  return answer;
}

/** Return where a Link header says the next page is, on this host whatever a proxy made of its name. */
function nextPage(link) {
  const found = /<([^>]+)>;\s*rel="?next"?/.exec(link ?? "");
  if (!found) {
    return null;
  }
  const { pathname, search } = new URL(found[1], location.href);
  return pathname + search;
}
