/* Comforts only: every page works with this file absent.
   data-print     a button that opens the print dialogue (shown only when scripts run)
   data-once      a form that greys its button after the first click, so that a slow line does not send twice
   data-confirm   a form or button that asks before it sends
   data-filename  an element that repeats the name of the file chosen in the input of that id */
(function () {
  "use strict";
  document.documentElement.classList.add("has-js");

  document.addEventListener("click", function (event) {
    if (event.target.closest("[data-print]")) window.print();
    document.querySelectorAll("details.menu[open]").forEach(function (menu) {
      if (!menu.contains(event.target)) menu.open = false;
    });
  });

  document.addEventListener("keydown", function (event) {
    var menu = event.key === "Escape" && document.querySelector("details.menu[open]");
    if (!menu) return;
    menu.open = false;
    menu.querySelector("summary").focus();
  });

  function asks(event) {
    var holder = event.submitter && event.submitter.dataset.confirm ? event.submitter : event.target;
    return holder.dataset.confirm && !window.confirm(holder.dataset.confirm);
  }

  document.addEventListener("submit", function (event) {
    var form = event.target;
    if (asks(event)) {
      event.preventDefault();
    } else if ("once" in form.dataset) {
      // A button disabled before the form is read would not be sent with it.
      setTimeout(function () {
        form.querySelectorAll("button:not([type=button])").forEach(function (button) {
          button.disabled = true;
          button.setAttribute("aria-busy", "true");
        });
      }, 0);
    }
  });

  window.addEventListener("pageshow", function () {
    document.querySelectorAll("button[aria-busy]").forEach(function (button) {
      button.disabled = false;
      button.removeAttribute("aria-busy");
    });
  });

  document.addEventListener("change", function (event) {
    var label = event.target.id && document.querySelector('[data-filename="' + event.target.id + '"]');
    if (label) label.textContent = event.target.files.length ? event.target.files[0].name : "未选择文件";
  });
})();
