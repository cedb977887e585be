/* The grid of an annex table: sums that follow the typing, beside the printed totals, and blank lines on request.
   Works on form[data-annex-grid]; the page is complete without it, sums are then made when it is saved. */
(function () {
  "use strict";
  var form = document.querySelector("form[data-annex-grid]");
  if (!form) return;
  var body = form.querySelector("tbody");
  var sums = form.querySelectorAll("[data-sums] td");
  var printed = form.querySelectorAll("[data-printed] td");
  var NUMBER = /^\+?(\d+|\d{1,3}(,\d{3})+)$/;

  /* The number a text states: null for a blank, a dash, or something the server will ask about. */
  function count(text) {
    var plain = text.normalize("NFKC").replace(/\s/g, "");
    return NUMBER.test(plain) ? Number(plain.replace(/[+,]/g, "")) : null;
  }

  function add(known, value) {
    return value === null ? known : (known || 0) + value;
  }

  function total(place) {
    var known = null;
    body.querySelectorAll("tr").forEach(function (row) {
      known = add(known, count(row.querySelectorAll("td input")[place].value));
    });
    return known;
  }

  function recount() {
    sums.forEach(function (cell, place) {
      var sum = total(place);
      var stated = count(printed[place].querySelector("input").value);
      cell.querySelector("output").textContent = sum === null ? "" : sum;
      cell.classList.toggle("is-differs", stated !== null && stated !== (sum || 0));
    });
  }

  function addRow() {
    var last = form.querySelector("[data-last-row]");
    var number = Number(last.value) + 1;
    var row = body.querySelector("tr:last-child").cloneNode(true);
    row.querySelectorAll("small, .is-read").forEach(function (note) { note.remove(); });
    row.querySelectorAll(".is-wrong, .is-clash").forEach(function (cell) { cell.className = ""; });
    row.querySelectorAll("input").forEach(function (input) {
      input.name = input.name.replace(/^(unit|cell)-\d+/, "$1-" + number);
      input.value = "";
      input.removeAttribute("title");
      input.setAttribute("aria-label", input.name.indexOf("unit") ? "新的一行" : "新的一行的单位");
    });
    body.appendChild(row);
    last.value = number;
    row.querySelector("input").focus();
  }

  form.addEventListener("input", recount);
  form.addEventListener("click", function (event) {
    if (event.target.closest("[data-add-row]")) addRow();
  });
  recount();
})();
