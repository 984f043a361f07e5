#!/bin/sh
# Install LibreOffice Writer, wkhtmltopdf, their fonts and poppler (used by the tests), where that may be done
# without a question. What is missing afterwards is said by the run itself; nothing fails here.
# With the word « browser »: Chromium alone, in which the tests open rapport.html.
set -u

missing=
fedora="libreoffice-writer libreoffice-calc wkhtmltopdf poppler-utils google-carlito-fonts"
if [ "${1:-}" = browser ]; then
    for name in chromium chromium-browser google-chrome google-chrome-stable; do
        command -v "$name" >/dev/null 2>&1 && exit 0
    done
    # Ubuntu’s package of that name is a snap, which sees neither /tmp nor the pipe that the tests speak through.
    if grep -qi '^ID=ubuntu' /etc/os-release 2>/dev/null; then
        echo "Sans Chromium (ou Google Chrome), la page n’est pas essayée dans un navigateur." >&2
        exit 0
    fi
    missing=chromium
    fedora=chromium
else
    command -v soffice >/dev/null 2>&1 || command -v libreoffice >/dev/null 2>&1 || missing="libreoffice-writer-nogui libreoffice-calc-nogui"
    command -v wkhtmltopdf >/dev/null 2>&1 || missing="$missing wkhtmltopdf"
    command -v pdftotext >/dev/null 2>&1 || missing="$missing poppler-utils"
    command -v fc-list >/dev/null 2>&1 && fc-list | grep -qi carlito || missing="$missing fonts-crosextra-carlito fonts-liberation fonts-dejavu-core"
fi
[ -n "$missing" ] || exit 0

if [ "$(id -u)" = 0 ]; then
    become=
elif command -v sudo >/dev/null 2>&1 && sudo -n true 2>/dev/null; then
    become="sudo -n"
else
    echo "À installer par l’administrateur de la machine : $missing" >&2
    exit 0
fi

log=$(mktemp)
echo "Installation des outils : $missing…"
if command -v apt-get >/dev/null 2>&1; then
    # shellcheck disable=SC2086 (a list of packages)
    $become apt-get update -qq >"$log" 2>&1
    $become env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends $missing >>"$log" 2>&1 ||
        { echo "Certains outils n’ont pas pu être installés :" >&2; tail -n 3 "$log" >&2; }
elif command -v dnf >/dev/null 2>&1; then
    $become dnf install -y -q $fedora >"$log" 2>&1 ||
        { echo "Certains outils n’ont pas pu être installés :" >&2; tail -n 3 "$log" >&2; }
else
    echo "À installer par l’administrateur de la machine : $missing" >&2
fi
rm -f "$log"
exit 0
