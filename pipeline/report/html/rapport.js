"use strict";
(function () {
  var doc = document, root = doc.documentElement;
  var byId = function (id) { return doc.getElementById(id); };
  var all = function (selector, from) { return Array.prototype.slice.call((from || doc).querySelectorAll(selector)); };
  var data = JSON.parse(byId("donnees").textContent);
  var english = JSON.parse(byId("anglais").textContent);
  var form = byId("filtres"), body = byId("lignes");
  var rows = body ? all("tr.dossier", body).map(function (element, index) {
    return { element: element, index: index, facts: data.rows[index], text: null, shown: true, keys: {} };
  }) : [];
  var FILTERS = ["statut", "etape", "regle", "formation", "pays", "gestionnaire"];
  var VIEWS = { agir: 1, change: 2, alerte: 4 };
  /* A page of this many dossiers is unfolded in idle time, for the browser to find what they hold. */
  var FEW = 2000;
  /* What the sort reads of a row; starts and deadlines are among the facts. */
  var KEYS = { nom: "td:nth-child(2) b", organisme: "td:nth-child(3) > :first-child", formation: "td:nth-child(4) bdi",
    etat: "td:nth-child(5)" };
  var language = "fr", sorting = "", french = new Map(), frenchTitle = doc.title, timer = 0, saving = 0, ownHash = null;

  /* ---- what a dossier holds folded: a noscript, text to this script until it is opened or searched ---- */
  var aside = doc.createElement("template");
  function contentOf(folded) {
    aside.innerHTML = folded.textContent;
    return aside.content;
  }
  function unfold(element) {
    var folded = element.querySelector("noscript");
    if (!folded) { return; }
    var content = contentOf(folded), added = all("[data-n]", content);
    folded.replaceWith(content);
    if (language === "en") { added.forEach(translate); }
  }

  /* ---- search text ---- */
  function fold(text) {
    return text.normalize("NFD").replace(/[\u0300-\u036f]/g, "").replace(/[\u2019\u02bc]/g, "'")
      .replace(/\s+/g, " ").toLowerCase();
  }
  function textOf(row) {
    if (row.text === null) { row.text = fold(all("td", row.element).map(wordsOf).join(" ")); }
    return row.text;
  }
  function wordsOf(cell) {
    var folded = cell.querySelector("noscript");
    if (!folded) { return cell.textContent; }
    var content = contentOf(folded);
    if (language === "en") { all("[data-n]", content).forEach(function (e) { e.textContent = englishOf(e); }); }
    return cell.querySelector("summary").textContent + " " + content.textContent;
  }
  function prepare(from) {
    var end = Math.min(from + 50, rows.length);
    for (var i = from; i < end; i += 1) {
      if (rows.length <= FEW) { unfold(rows[i].element); }
      textOf(rows[i]);
    }
    if (end < rows.length) { later(function () { prepare(end); }); }
  }
  function later(work) {
    if (window.requestIdleCallback) { window.requestIdleCallback(work); } else { window.setTimeout(work, 20); }
  }

  /* ---- filters ---- */
  function field(name) { return byId("f-" + name); }
  function valueOf(name) { var found = field(name); return found ? found.value : ""; }
  function wanted() {
    var found = [];
    FILTERS.forEach(function (name, position) {
      var value = valueOf(name);
      if (value) { found.push([position, data.keys[name].indexOf(value)]); }
    });
    return found;
  }
  function matches(row, asked, view, words) {
    for (var i = 0; i < asked.length; i += 1) {
      var fact = row.facts[asked[i][0]];
      if (Array.isArray(fact) ? fact.indexOf(asked[i][1]) < 0 : fact !== asked[i][1]) { return false; }
    }
    if (view && !(row.facts[6] & view)) { return false; }
    if (words.length) {
      var text = textOf(row);
      for (var j = 0; j < words.length; j += 1) { if (text.indexOf(words[j]) < 0) { return false; } }
    }
    return true;
  }
  function apply() {
    if (!form) { return; }
    var asked = wanted(), view = VIEWS[valueOf("vue")] || 0, count = 0;
    var words = fold(valueOf("q")).split(" ").filter(Boolean);
    rows.forEach(function (row) {
      var show = matches(row, asked, view, words);
      if (show !== row.shown) { row.shown = show; row.element.hidden = !show; }
      if (show) { count += 1; }
    });
    var write = new Intl.NumberFormat(language === "en" ? "en-GB" : "fr-FR");
    byId("compte").textContent = byId("compte").getAttribute("data-" + language)
      .replace("{n}", write.format(count)).replace("{total}", write.format(rows.length));
    byId("aucun").hidden = count > 0;
    mine();
  }
  /* The lists before the table follow the manager, and nothing else. */
  function mine() {
    var manager = valueOf("gestionnaire"), number = manager ? data.keys.gestionnaire.indexOf(manager) : -1;
    all("tr[data-m]").forEach(function (row) {
      row.hidden = Boolean(manager) && Number(row.getAttribute("data-m")) !== number;
    });
    if (manager) {
      all("details.suite").forEach(function (more) { more.open = true; });
      whole();
    }
  }

  function whole() {
    all("table.court").forEach(function (table) { table.classList.remove("court"); });
    all(".tout").forEach(function (button) { button.hidden = true; });
  }

  /* ---- sorting ---- */
  var collator = new Intl.Collator("fr", { numeric: true, sensitivity: "base" });
  function keyOf(row, name) {
    if (!(name in row.keys)) {
      if (name === "debut") { row.keys[name] = row.facts[7]; }
      else if (name === "echeance") { row.keys[name] = row.facts[8]; }
      else { row.keys[name] = (row.element.querySelector(KEYS[name]) || { textContent: "" }).textContent; }
    }
    return row.keys[name];
  }
  function sort() {
    var name = sorting.replace("-", ""), sign = sorting.charAt(0) === "-" ? -1 : 1;
    rows.sort(function (a, b) {
      if (name) {
        var first = keyOf(a, name), second = keyOf(b, name);
        if (!first !== !second) { return first ? -1 : 1; }
        var order = collator.compare(first, second);
        if (order) { return sign * order; }
      }
      return a.index - b.index;
    });
    var fragment = doc.createDocumentFragment();
    rows.forEach(function (row) { fragment.appendChild(row.element); });
    body.appendChild(fragment);
    all("#tous thead th[data-sort]").forEach(function (head) {
      if (head.getAttribute("data-sort") === (name || "debut")) {
        head.setAttribute("aria-sort", sign < 0 ? "descending" : "ascending");
      } else { head.removeAttribute("aria-sort"); }
    });
    if (field("tri")) { field("tri").value = name === "debut" ? "" : name; }
    byId("ordre").setAttribute("aria-pressed", String(sign < 0));
  }
  function sortBy(value) {
    sorting = value === "debut" ? "" : value;
    sort();
    save();
  }

  /* ---- the state in the address ---- */
  function state() {
    var found = new URLSearchParams();
    FILTERS.concat(["vue", "q"]).forEach(function (name) {
      var value = valueOf(name);
      if (value.trim()) { found.set(name, value); }
    });
    if (sorting) { found.set("tri", sorting); }
    if (language === "en") { found.set("lang", "en"); }
    return found.toString();
  }
  function save() {
    window.clearTimeout(saving);
    saving = window.setTimeout(function () {
      ownHash = state();
      var hash = "#" + ownHash;
      if (hash === (location.hash || "#")) { return; }
      try { history.replaceState(null, "", hash); } catch (error) { location.replace(hash); }
    }, 200);
  }
  function restore(first) {
    var hash = location.hash.slice(1);
    if (hash && hash === ownHash) { return; }
    if (hash.indexOf("=") < 0) {
      if (hash) { reveal(decode(hash)); } else if (!first) { reset(); }
      return;
    }
    var given = new URLSearchParams(hash), filtered = false;
    if (form) {
      FILTERS.concat(["vue", "q"]).forEach(function (name) {
        var found = field(name), value = given.get(name) || "";
        if (!found) { return; }
        found.value = value;
        if (found.tagName === "SELECT" && found.value !== value) { found.value = ""; }
        if (found.value && name !== "gestionnaire") { filtered = true; }
      });
      var order = given.get("tri") || "";
      sorting = byId("tous").querySelector("thead th[data-sort='" + order.replace(/[^a-z]/g, "") + "']") ? order : "";
    }
    speak(given.has("lang") ? (given.get("lang") === "en" ? "en" : "fr") : language);
    if (form) {
      sort();
      apply();
      if (filtered) { byId("titre-dossiers").scrollIntoView(); byId("titre-dossiers").focus({ preventScroll: true }); }
    }
  }
  function decode(text) { try { return decodeURIComponent(text); } catch (error) { return text; } }
  function reset() {
    if (!form) { return; }
    form.reset();
    sorting = "";
    sort();
    apply();
    save();
  }
  function reveal(id) {
    var row = byId(id);
    if (!row || !row.classList.contains("dossier")) { return; }
    if (row.hidden) { reset(); window.clearTimeout(saving); }
    var more = row.querySelector("details");
    if (more) { unfold(row); more.open = true; }
    row.setAttribute("tabindex", "-1");
    row.focus({ preventScroll: true });
    row.scrollIntoView({ block: "start" });
  }

  /* ---- languages ---- */
  function englishOf(element) { return english[element.getAttribute("data-n")]; }
  function translate(element) {
    if (!french.has(element)) { french.set(element, element.textContent); }
    element.textContent = language === "en" ? englishOf(element) : french.get(element);
  }
  function speak(chosen) {
    if (chosen === language) { return; }
    language = chosen;
    all("[data-n]").forEach(translate);
    all("[data-l]").forEach(function (element) {
      if (!element.hasAttribute("data-f")) { element.setAttribute("data-f", element.getAttribute("aria-label")); }
      var other = english[element.getAttribute("data-l")];
      element.setAttribute("aria-label", chosen === "en" ? other : element.getAttribute("data-f"));
    });
    root.lang = chosen;
    doc.title = chosen === "en" ? root.getAttribute("data-title-en") : frenchTitle;
    var button = byId("langue");
    button.textContent = chosen === "en" ? "Français" : "English";
    button.lang = chosen === "en" ? "fr" : "en";
    rows.forEach(function (row) { row.text = null; row.keys = {}; });
    apply();
    later(function () { prepare(0); });
  }

  /* ---- printing: what is folded is there, and is shown where the style sheet cannot do it ---- */
  var opened = [];
  window.addEventListener("beforeprint", function () {
    rows.forEach(function (row) { if (row.shown) { unfold(row.element); } });
    if (window.CSS && CSS.supports && CSS.supports("selector(::details-content)")) { return; }
    opened = all("tr.dossier:not([hidden]) details:not([open])");
    if (opened.length > 500) { opened = []; }
    opened.forEach(function (more) { more.open = true; });
  });
  window.addEventListener("afterprint", function () { opened.forEach(function (more) { more.open = false; }); });

  /* ---- start ---- */
  root.classList.add("js");
  byId("langue").hidden = false;
  byId("langue").addEventListener("click", function () { speak(language === "en" ? "fr" : "en"); save(); });
  all("table.triable").forEach(sortable);
  all(".tout").forEach(function (button) {
    button.hidden = false;
    button.addEventListener("click", function () {
      whole();
      var first = doc.querySelector("table.triable tbody tr:nth-child(16) a");
      if (first) { first.focus(); }
    });
  });
  /* A short list is sorted by itself: its cells carry data-v. */
  function sortable(table) {
    heads(table, function (head, name) {
      var down = head.getAttribute("aria-sort") === "ascending" ? -1 : 1, list = table.tBodies[0];
      all("th[aria-sort]", table).forEach(function (other) { other.removeAttribute("aria-sort"); });
      head.setAttribute("aria-sort", down < 0 ? "descending" : "ascending");
      all("tr", list).map(function (row) {
        return [(row.querySelector("[data-k=" + name + "]") || row).getAttribute("data-v") || "", row];
      }).sort(function (a, b) {
        return !a[0] !== !b[0] ? (a[0] ? -1 : 1) : down * collator.compare(a[0], b[0]);
      }).forEach(function (entry) { list.appendChild(entry[1]); });
    });
  }
  function heads(table, act) {
    all("thead th[data-sort]", table).forEach(function (head) {
      var button = doc.createElement("button");
      button.type = "button";
      while (head.firstChild) { button.appendChild(head.firstChild); }
      head.appendChild(button);
      button.addEventListener("click", function () { act(head, head.getAttribute("data-sort")); });
    });
  }
  if (form) {
    form.hidden = false;
    heads(byId("tous"), function (head, name) {
      sortBy((head.getAttribute("aria-sort") === "ascending" ? "-" : "") + name);
    });
    form.addEventListener("submit", function (event) { event.preventDefault(); });
    form.addEventListener("change", function (event) {
      if (event.target === field("tri")) { sortBy(event.target.value); } else { apply(); save(); }
    });
    field("q").addEventListener("input", function () {
      window.clearTimeout(timer);
      timer = window.setTimeout(function () { apply(); save(); }, 120);
    });
    byId("ordre").addEventListener("click", function () {
      var name = sorting.replace("-", "") || "debut";
      sorting = sorting.charAt(0) === "-" ? (name === "debut" ? "" : name) : "-" + name;
      sort();
      save();
    });
    all(".effacer").forEach(function (button) {
      button.addEventListener("click", function () { reset(); field("q").focus(); });
    });
    byId("aucun").hidden = true;
    body.addEventListener("toggle", function (event) { unfold(event.target); }, true);
    apply();
    later(function () { prepare(0); });
  }
  window.addEventListener("hashchange", function () { restore(false); });
  restore(true);
})();
