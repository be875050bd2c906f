(function () {
  // a sheet is smaller than most screens: what was in view is fitted into it, and back again
  const map = MAP;
  let seen = null;
  function fit(printed) {
    seen = seen || map.getBounds();
    document.body.classList.toggle("printed", printed);
    map.invalidateSize({animate: false});
    map.fitBounds(seen, {animate: false});
  }
  window.addEventListener("beforeprint", function () { fit(true); });
  window.addEventListener("afterprint", function () { fit(false); seen = null; });
})();
