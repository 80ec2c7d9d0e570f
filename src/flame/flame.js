/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Zoom, search and keys of a flame graph. Frames are in the order of the tree, parents before their
 * children; data-s and data-n are where a frame begins and how wide it is, in weights. What is
 * shown stands in the address behind #, so that it can be passed on and the browser's "back" works.
 */
(function () {
"use strict";
var script = document.currentScript;
var svg = script && script.ownerSVGElement || document.documentElement;
var ROW = +svg.dataset.row, HEAD = +svg.dataset.head, FOOT = +svg.dataset.foot, UNIT = svg.dataset.unit;
var CHAR = 7.3, height = +svg.getAttribute("height");
var info = one(".info"), found = one(".found"), reset = one(".reset"), flip = one(".flip"), input = one("input");
var note = info.textContent;
var frames = Array.prototype.map.call(svg.querySelectorAll(".f"), read);
var root = frames[0], zoom = root, last = root, inverted = svg.dataset.inverted === "1", pattern = null;

function one(what) { return svg.querySelector(what); }

function read(g, i) {
	var title = g.querySelector("title").textContent;
	return {
		g: g, rect: g.querySelector("rect"), label: g.querySelector("text"), i: i, title: title,
		name: title.slice(0, title.lastIndexOf(" (")),
		start: +g.dataset.s, n: +g.dataset.n, depth: +g.dataset.d, shown: true, hit: false
	};
}

function within(f, outer) { return f.start >= outer.start && f.start + f.n <= outer.start + outer.n; }

function percent(part, whole) { return (100 * part / whole).toFixed(2) + "%"; }

function fit(name, pixels) {
	var columns = Math.floor((pixels - 6) / CHAR), letters = Array.from(name);
	if (letters.length <= columns)
		return name;
	return columns < 3 ? "" : letters.slice(0, columns - 2).join("") + "..";
}

function place(f, width) {
	var above = f.depth < zoom.depth && within(zoom, f);
	var x = above ? 0 : (f.start - zoom.start) / zoom.n, w = above ? 1 : f.n / zoom.n;
	var y = inverted ? HEAD + f.depth * ROW : height - FOOT - (f.depth + 1) * ROW;

	f.shown = above || f.depth >= zoom.depth && within(f, zoom);
	f.g.style.display = f.shown ? "" : "none";
	if (!f.shown)
		return;
	f.g.classList.toggle("above", above);
	f.rect.setAttribute("x", 100 * x + "%");
	f.rect.setAttribute("width", 100 * w + "%");
	f.rect.setAttribute("y", y);
	f.label.setAttribute("x", 100 * x + "%");
	f.label.setAttribute("y", y + 12);
	f.label.textContent = fit(f.name, w * width);
}

function draw() {
	var width = svg.getBoundingClientRect().width || 1200;
	frames.forEach(function (f) { place(f, width); });
	reset.style.display = zoom === root ? "none" : "";
	count();
}

/* Frames within ones that were found already count once. */
function count() {
	var sum = 0, end = -1;
	frames.forEach(function (f) {
		f.hit = pattern !== null && pattern.test(f.name);
		f.g.classList.toggle("hit", f.hit);
		if (f.hit && f.start >= end && f.depth >= zoom.depth && within(f, zoom)) {
			sum += f.n;
			end = f.start + f.n;
		}
	});
	found.textContent = pattern ? "found: " + sum + " " + UNIT + ", " + percent(sum, zoom.n) : "";
}

/* What is no regular expression is looked for as it stands. */
function compile(text) {
	if (!text)
		return null;
	try {
		return new RegExp(text, "i");
	} catch (e) {
		return new RegExp(text.replace(/[.*+?^${}()|[\]\\]/g, "\\$&"), "i");
	}
}

function search(text) {
	pattern = compile(text);
	if (input.value !== text)
		input.value = text;
	count();
}

function turn(on) {
	inverted = on;
	flip.setAttribute("aria-pressed", on);
}

/* Address: zoom is START.DEPTH of a frame. */
function keep(step) {
	var parts = [];
	if (zoom !== root)
		parts.push("zoom=" + zoom.start + "." + zoom.depth);
	if (input.value)
		parts.push("search=" + encodeURIComponent(input.value));
	if (inverted !== (svg.dataset.inverted === "1"))
		parts.push("flip=1");
	try {
		history[step ? "pushState" : "replaceState"](null, "", "#" + parts.join("&"));
	} catch (e) { /* a page that is not allowed to */ }
}

function parameter(name) {
	var m = new RegExp("[#&]" + name + "=([^&]*)").exec(location.hash);
	try {
		return m ? decodeURIComponent(m[1]) : "";
	} catch (e) {
		return "";
	}
}

function restore() {
	var at = parameter("zoom").split(".");
	zoom = frames.find(function (f) { return f.start === +at[0] && f.depth === +at[1]; }) || root;
	turn((svg.dataset.inverted === "1") !== (parameter("flip") === "1"));
	search(parameter("search"));
	draw();
}

function enlarge(f) {
	if (f === zoom)
		return;
	zoom = f;
	draw();
	keep(true);
	tell(f);
}

function tell(f) {
	var text = f.title;
	if (zoom !== root && within(f, zoom))
		text += ", " + percent(f.n, zoom.n) + " of " + zoom.name;
	info.textContent = text;
}

function focus(f) {
	if (!f)
		return;
	last.g.setAttribute("tabindex", "-1");
	f.g.setAttribute("tabindex", "0");
	last = f;
	f.g.focus();
	tell(f);
}

function parent(f) {
	for (var i = f.i - 1; i >= 0; i--)
		if (frames[i].depth === f.depth - 1)
			return frames[i];
	return f;
}

function widest(f) {
	var best = null;
	for (var i = f.i + 1; i < frames.length && frames[i].depth > f.depth; i++)
		if (frames[i].depth === f.depth + 1 && frames[i].shown && (!best || frames[i].n > best.n))
			best = frames[i];
	return best;
}

function beside(f, step) {
	for (var i = f.i + step; i >= 0 && i < frames.length; i += step)
		if (frames[i].depth === f.depth && frames[i].shown)
			return frames[i];
	return null;
}

function next(f) {
	for (var k = 1; k <= frames.length; k++) {
		var g = frames[(f.i + k) % frames.length];
		if (g.hit && g.shown)
			return g;
	}
	return null;
}

function frame_key(key) {
	switch (key) {
	case "ArrowUp": return focus(inverted ? parent(last) : widest(last)), true;
	case "ArrowDown": return focus(inverted ? widest(last) : parent(last)), true;
	case "ArrowLeft": return focus(beside(last, -1)), true;
	case "ArrowRight": return focus(beside(last, 1)), true;
	case "Home": return focus(root), true;
	case "Enter":
	case " ": return enlarge(last), true;
	}
	return false;
}

function page_key(event) {
	if (event.key === "/" || event.key === "f" && (event.ctrlKey || event.metaKey))
		return input.focus(), input.select(), true;
	if (event.ctrlKey || event.metaKey || event.altKey)
		return false;
	if (event.key === "Escape")
		return search(""), enlarge(root), keep(false), true;
	if (event.key === "i")
		return turn(!inverted), draw(), keep(false), true;
	if (event.key === "n")
		return focus(next(last)), true;
	return frame_key(event.key);
}

function input_key(event) {
	if (event.key === "Escape") {
		search("");
		input.blur();
		keep(false);
	} else if (event.key === "Enter") {
		input.blur();
		focus(next(last));
		keep(true);
	}
	event.stopPropagation();
}

function button(what, run) {
	what.addEventListener("click", run);
	what.addEventListener("keydown", function (event) {
		if (event.key !== "Enter" && event.key !== " ")
			return;
		run();
		event.preventDefault();
		event.stopPropagation();
	});
}

/* Long graphs are scrolled: title and details stay in sight. */
function pin() {
	var hidden = Math.max(0, height - (window.scrollY + window.innerHeight));
	one(".top").setAttribute("transform", "translate(0," + Math.min(window.scrollY, height) + ")");
	one(".bottom").setAttribute("transform", "translate(0," + -hidden + ")");
}

function fill_window() {
	svg.setAttribute("width", "100%");
	window.addEventListener("scroll", pin);
	window.addEventListener("resize", pin);
	window.scrollTo(0, inverted ? 0 : height);
	pin();
}

function start() {
	frames.forEach(function (f) {
		f.g.addEventListener("click", function () { last = f; enlarge(f); });
		f.g.addEventListener("mouseenter", function () { tell(f); });
		f.g.addEventListener("mouseleave", function () { info.textContent = note; });
	});
	root.g.setAttribute("tabindex", "0");
	button(reset, function () { enlarge(root); });
	button(flip, function () { turn(!inverted); draw(); keep(false); });
	input.addEventListener("input", function () { search(input.value); keep(false); });
	input.addEventListener("keydown", input_key);
	svg.addEventListener("keydown", function (event) {
		if (page_key(event))
			event.preventDefault();
	});
	window.addEventListener("keydown", function (event) {
		if ((event.target === document.body || event.target === document.documentElement) && page_key(event))
			event.preventDefault();
	});
	window.addEventListener("resize", draw);
	window.addEventListener("popstate", restore);
	one(".controls").style.display = "";
	restore();
	if (svg === document.documentElement)
		fill_window();
}

if (root)
	start();
}());
