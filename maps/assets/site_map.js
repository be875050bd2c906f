function (feature, layer) {
  // several points are a group of marks; each answers for all
  if (layer.eachLayer) { layer.eachLayer(function (mark) { mark.feature = feature; }); }
  layer.on("click", function (event) {
    const map = event.target._map, at = event.originalEvent, found = [];
    const under = document.elementsFromPoint(at.clientX, at.clientY);
    map.eachLayer(function (other) {
      if (!other.feature || !other.getElement) { return; }
      const place = under.indexOf(other.getElement());
      if (place >= 0) { found.push([place, other.feature.properties.popup]); }
    });
    if (!found.length) { found.push([0, feature.properties.popup]); }
    found.sort(function (a, b) { return a[0] - b[0]; });
    const texts = new Set(found.map(function (one) { return one[1]; }));
    const html = Array.from(texts).join("<hr/>");
    // beside the controls, and no larger than the room between them
    const room = map.getSize(), right = room.x > 640 ? 150 : 56;
    const told = L.popup({
      maxWidth: Math.max(180, Math.min(400, room.x - 100 - right)),
      maxHeight: Math.max(120, Math.min(360, room.y - 110)),
      autoPanPaddingTopLeft: [56, 16], autoPanPaddingBottomRight: [right, 40], className: "popup"
    }).setLatLng(event.latlng).setContent(html).openOn(map);
    // what scrolls is reached by the keyboard too
    told.getElement().querySelector(".leaflet-popup-content").tabIndex = 0;
  });
}
