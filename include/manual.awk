# The manual page of a header: its comments become paragraphs, its code stands as it is.
#
#   awk -v version=0.1.0 -v nouns='archive list ..' -f manual.awk include/hyperlist/list.h >hyperlist_list.3
#
# The first sentence of the first comment, "Noun: what it is.", which ends with its line, names the page. A line of a comment that begins with more than
# one blank is code, too.

function roff(text) {
  gsub(/\\/, "\\e", text)
  gsub(/-/, "\\-", text)
  gsub(/~/, "\\(ti", text)
  gsub(/\^/, "\\(ha", text)
  gsub(/`/, "\\(ga", text)
  gsub(/'/, "\\(aq", text)
  if (text ~ /^\./) text = "\\&" text
  return text
}

function end_code() {
  if (is_code) print ".fi\n.RE"
  is_code = 0
}

function put_code(line) {
  if (!is_code) print ".PP\n.RS 4\n.nf"
  is_code = 1
  print roff(line)
}

function put_text(line) {
  if (is_code || is_new) {
    end_code()
    print ".PP"
  }
  is_new = 0
  print roff(line)
}

function begin_page(line,    name, noun, i, n, all) {
  sub(/\.$/, "", line)
  noun = FILENAME
  sub(/^.*\//, "", noun)
  sub(/\.h$/, "", noun)
  is_all = FILENAME !~ /hyperlist\/hyperlist\/|include\/hyperlist\//
  name = is_all ? "hyperlist" : "hyperlist_" noun
  printf ".TH %s 3 \"\" \"hyperlist %s\" \"hyperlist library\"\n.nh\n.ad l\n.SH NAME\n%s \\- %s\n", toupper(name), version, name, roff(tolower(substr(line, 1, 1)) substr(line, 2))
  printf ".SH SYNOPSIS\n.nf\n#include <%s>\n\ncc ... $(pkg\\-config \\-\\-cflags \\-\\-libs hyperlist)\n.fi\n.SH DESCRIPTION\n", is_all ? "hyperlist.h" : "hyperlist/" noun ".h"
  is_new = 0
}

{ sub(/[ \t]+$/, "") }

# A comment of its own, one line or several.
!in_comment && /^\/\*/ {
  in_comment = 1
  is_new = 1
  sub(/^\/\*+ ?/, "")
}
in_comment {
  is_last = sub(/ *\*\/$/, "")
  sub(/^ \* ?/, "")
  if (!has_begun) {
    title = title (title == "" ? "" : " ") $0
    if (is_last || $0 ~ /\.$/ || $0 == "") {
      sub(/ $/, "", title)
      begin_page(title)
      has_begun = 1
      is_new = 0
    }
  } else if ($0 == "") {
    is_new = 1
  } else if ($0 ~ /^  /) {
    put_code($0)
  } else {
    put_text($0)
  }
  if (is_last) {
    in_comment = 0
    is_new = 1
  }
  next
}

# Guards and what C++ needs say nothing.
/^#(ifndef HYPERLIST|define HYPERLIST_[A-Z]+_H|define HYPERLIST_H|endif|ifdef __cplusplus|include)/ || /^extern "C"/ || /^}$/ { next }
$0 == "" { next }
{
  sub(/^HL_API /, "")
  put_code($0)
}

END {
  end_code()
  print ".SH SEE ALSO"
  n = split(nouns, all, " ")
  line = is_all ? "" : "hyperlist(3)"
  for (i = 1; i <= n; i++) line = line (line == "" ? "" : ", ") "hyperlist_" all[i] "(3)"
  print line
}
