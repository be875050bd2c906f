// Bring a part of the page to new HTML of our own server, touching only what differs: what has the
// focus keeps it, what somebody unfolded stays unfolded.
export function parse(html) {
  const box = document.createElement("template");
  box.innerHTML = html;
  return box.content;
}

export function morph(target, html) {
  children(target, parse(html));
}

export function children(old, fresh) {
  const held = new Map();
  for (const node of old.children) if (node.dataset?.key) held.set(node.dataset.key, node);
  let place = old.firstChild;
  for (const node of [...fresh.childNodes]) {
    const key = node.dataset?.key;
    let found = key ? held.get(key) : same(place, node) ? place : null;
    if (found) {
      held.delete(key);
      if (found !== place) old.insertBefore(found, place);
      else place = place.nextSibling;
      if (!found.isEqualNode(node)) update(found, node);
    } else old.insertBefore(node, place);
  }
  while (place) {
    const next = place.nextSibling;
    place.remove();
    place = next;
  }
}

const same = (place, node) => place && place.nodeType === node.nodeType && place.nodeName === node.nodeName && !place.dataset?.key && place.id === node.id;

function update(old, fresh) {
  if (old.nodeType !== Node.ELEMENT_NODE) {
    if (old.nodeValue !== fresh.nodeValue) old.nodeValue = fresh.nodeValue;
    return;
  }
  for (const { name } of [...old.attributes]) {
    if (name === "open" && old.localName === "details") continue;
    if (!fresh.hasAttribute(name)) old.removeAttribute(name);
  }
  for (const { name, value } of fresh.attributes) if (old.getAttribute(name) !== value) old.setAttribute(name, value);
  children(old, fresh);
  if (old === document.activeElement) return;
  if (old.localName === "input") {
    if (["radio", "checkbox"].includes(old.type)) old.checked = fresh.hasAttribute("checked");
    else old.value = fresh.getAttribute("value") ?? "";
  } else if (old.localName === "select") old.value = [...fresh.options].find((one) => one.hasAttribute("selected"))?.value ?? fresh.options[0]?.value ?? "";
}
