// On a phone a row is a card: each cell says what its column is called.
document.querySelectorAll("table.stack, #kinds").forEach((table) => {
  const heads = [...table.querySelectorAll("thead th")].map((head) => head.textContent.trim());
  table.querySelectorAll("tbody tr").forEach((row) => [...row.cells].forEach((cell, n) => heads[n] && n > 0 && (cell.dataset.label = heads[n])));
});
