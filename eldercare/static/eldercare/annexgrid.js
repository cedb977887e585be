/* The grid of an annex table: sums that follow the typing, beside the printed totals, and blank lines on request; Enter and
   the arrows move down and up as in a spreadsheet (Enter must not send half a table), a block copied there is pasted whole.
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

  function inputAt(row, column) {
    return row && row.cells[column] && row.cells[column].querySelector("input");
  }

  function step(input, by) {
    var rows = Array.from(form.querySelectorAll("tbody tr, tr[data-printed]"));
    var next = inputAt(rows[rows.indexOf(input.closest("tr")) + by], input.parentNode.cellIndex);
    if (!next) return;
    next.focus();
    next.select();
  }

  /* A spreadsheet's block as rows of words; a cell with line breaks comes in quotes and stays one cell. */
  function block(text) {
    var flat = text.replace(/\r\n?/g, "\n").replace(/(^|\t|\n)"((?:[^"]|"")*)"(?=\t|\n|$)/g, function (all, before, inner) {
      return before + inner.replace(/""/g, '"').replace(/\s*\n\s*/g, "");
    });
    return flat.replace(/\n+$/, "").split("\n").map(function (line) { return line.split("\t"); });
  }

  function fill(rows, input) {
    var column = input.parentNode.cellIndex;
    var first = Array.from(body.rows).indexOf(input.closest("tr"));
    rows.forEach(function (words, down) {
      var row = first < 0 ? input.closest("tr") : body.rows[first + down] || (addRow(), body.rows[first + down]);
      words.forEach(function (word, right) { inputAt(row, column + right).value = word.trim(); });
    });
    recount();
  }

  function paste(event) {
    var input = event.target;
    var rows = input.tagName === "INPUT" ? block(event.clipboardData.getData("text/plain")) : [[]];
    var width = Math.max.apply(null, rows.map(function (words) { return words.length; }));
    if (rows.length < 2 && width < 2) return;
    event.preventDefault();
    var left = input.closest("tr").cells.length - input.parentNode.cellIndex;
    var down = body.contains(input) ? Infinity : 1;
    var fits = width <= left && rows.length <= down;
    if (fits) fill(rows, input);
    form.querySelector("[data-pasted]").textContent = fits
      ? "已粘贴 " + rows.length + " 行、" + width + " 列，保存前请核对。"
      : "没有粘贴：复制的有 " + rows.length + " 行、" + width + " 列，从这一格起放不下。序号列不要一起复制，合计行粘贴到“印发合计”。";
  }

  form.addEventListener("paste", paste);
  form.addEventListener("keydown", function (event) {
    var by = { Enter: 1, ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (!by || event.isComposing || event.target.tagName !== "INPUT") return;
    event.preventDefault();
    step(event.target, event.key === "Enter" && event.shiftKey ? -1 : by);
  });
  form.addEventListener("input", recount);
  form.addEventListener("click", function (event) {
    if (event.target.closest("[data-add-row]")) addRow();
  });
  recount();
})();
