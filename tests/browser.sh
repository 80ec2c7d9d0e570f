#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# browser.sh: a flame graph in a browser without a window: clicks, keys and search are real ones, sent
# by chromedriver (WebDriver, w3.org/TR/webdriver2). Skipped where that is not installed.
cd "$(dirname "$0")/.." || exit
for program in chromedriver chromium curl; do
	command -v $program >/dev/null || { echo "skip browser: no $program"; exit 0; }
done
sonde=${SONDE:-build/sonde}
work=$(mktemp -d)
driver='' session=''
trap 'finish' EXIT

finish() {
	[ ! "$session" ] || curl -s -X DELETE "$session" >/dev/null
	[ ! "$driver" ] || kill "$driver" 2>/dev/null
	rm -rf "$work"
}

# ask PATH JSON: a command of the session; prints the value of the answer
ask() {
	curl -s -m 20 -H 'Content-Type: application/json' -d "$2" "$session/$1" |
		sed -n 's/^{"value":\(.*\)}$/\1/p' | sed 's/^"\(.*\)"$/\1/; s/\\u003C/</g'
}

# js EXPRESSION: its value in the page
js() { ask execute/sync "{\"script\":\"var at = s => document.querySelector(s), frame = n => [...document.querySelectorAll('.f')].find(f => f.textContent.startsWith(n + ' (')); return String($1)\",\"args\":[]}"; }

# element EXPRESSION: its id for WebDriver
element() {
	ask execute/sync "{\"script\":\"var frame = n => [...document.querySelectorAll('.f')].find(f => f.textContent.startsWith(n + ' (')); return $1\",\"args\":[]}" |
		sed 's/.*:"\(.*\)"}/\1/'
}

click() { ask "element/$(element "$1")/click" '{}' >/dev/null; }

# keys TEXT: to whatever has the focus; keys of WebDriver are \uE000 and so on
keys() {
	list=
	for key; do list="$list${list:+,}{\"type\":\"keyDown\",\"value\":\"$key\"},{\"type\":\"keyUp\",\"value\":\"$key\"}"; done
	ask actions "{\"actions\":[{\"type\":\"key\",\"id\":\"k\",\"actions\":[$list]}]}" >/dev/null
}

open_page() { ask url "{\"url\":\"file://$work/flame.svg$1\"}" >/dev/null; }

# is NAME EXPRESSION VALUE
is() {
	got=$(js "$2")
	if [ "$got" = "$3" ]; then
		echo "ok browser/$1"
	else
		echo "not ok browser/$1: $2 is '$got', not '$3'"
	fi
}

start() {
	port=$((20000 + $$ % 20000))
	chromedriver --port=$port >"$work/driver.log" 2>&1 &
	driver=$!
	for _ in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15; do
		curl -s "http://127.0.0.1:$port/status" >/dev/null && break
		sleep 0.2
	done
	answer=$(curl -s -m 60 -H 'Content-Type: application/json' "http://127.0.0.1:$port/session" -d '{"capabilities":{"alwaysMatch":
		{"goog:chromeOptions":{"args":["--headless","--no-sandbox","--disable-gpu","--window-size=1200,700","--user-data-dir='"$work"'/profile"]}}}}')
	id=$(echo "$answer" | sed -n 's/.*"sessionId":"\([^"]*\)".*/\1/p')
	[ "$id" ] || { echo "not ok browser/start: $answer"; exit 1; }
	session=http://127.0.0.1:$port/session/$id
}

"$sonde" flame -t 'a <title> & more' >"$work/flame.svg" <<-END
	app;main;work;-;sys_read 30
	app;main;std::vector<int>::push 20
	app;idle 10
	other;<b>bold</b>;]]>&quot; 40
END
start
open_page ''

is title 'document.title' 'a <title> & more'
is frames "document.querySelectorAll('.f').length" 10
is no-markup-of-names "document.querySelectorAll('b').length" 0
is escaped "frame('<b>bold</b>') !== undefined && frame(']]>&quot') !== undefined" true
is kernel-and-user-colours "frame('sys_read').querySelector('rect').getAttribute('fill') !== frame('work').querySelector('rect').getAttribute('fill')" true
is tooltip "frame('work').querySelector('title').textContent" 'work (30 samples, 30.00%)'

click "frame('main')"
is zoom-width "frame('main').querySelector('rect').getAttribute('width')" '100%'
is zoom-child "frame('work').querySelector('rect').getAttribute('width')" '60%'
is zoom-hides "frame('idle').style.display + frame('other').style.display" nonenone
is zoom-above "frame('app').classList.contains('above')" true
is zoom-address 'location.hash' '#zoom=10.2'
is details "at('.info').textContent" 'main (50 samples, 50.00%), 100.00% of main'

ask back '{}' >/dev/null
is back-unzooms "frame('idle').style.display + at('.reset').style.display" none
click "frame('work')"
click "document.querySelector('.reset')"
is reset "frame('idle').style.display + frame('main').querySelector('rect').getAttribute('width')" '50%'

click "document.querySelector('input')"
keys w o r k
is search "[...document.querySelectorAll('.hit title')].map(t => t.textContent).join()" 'work (30 samples, 30.00%)'
is found "at('.found').textContent" 'found: 30 samples, 30.00%'
is search-address 'location.hash' '#search=work'
keys '\uE00C'
is search-ends "document.querySelectorAll('.hit').length + at('input').value" 0
keys / 'm' '|' 's' 'y' 's'
is search-expression "document.querySelectorAll('.hit').length + at('.found').textContent" '2found: 50 samples, 50.00%'
keys '\uE007'
is next-found "document.activeElement.textContent.startsWith('sys_read')" true
keys '\uE015' '\uE015' '\uE007'
is keys-walk-and-zoom 'location.hash' '#zoom=10.2&search=m%7Csys'
keys '\uE00C'
is escape-resets "location.hash + at('.reset').style.display" none
keys i
is flip "frame('all').querySelector('rect').getAttribute('y')" 40

open_page '#zoom=10.2&search=%3C'
ask refresh '{}' >/dev/null
is address-restores "at('.hit').textContent.slice(0, 8) + frame('main').querySelector('rect').getAttribute('width') + at('input').value" 'std::vec100%<'
open_page '#zoom=99.99&search=(['
ask refresh '{}' >/dev/null
is bad-address "frame('all').querySelector('rect').getAttribute('width') + at('.found').textContent" '100%found: 0 samples, 0.00%'
