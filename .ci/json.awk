# Turns JSON into lines of a path and a value, such as "zip_restarts.3.err 1.7549486".

{ text = text $0 "\n" }

END {
  while (match(text, /^[ \t\r\n]*("([^"\\]|\\.)*"|[-+.0-9A-Za-z]+|[][{}:,])/)) {
    token = substr(text, 1, RLENGTH)
    text = substr(text, RLENGTH + 1)
    sub(/^[ \t\r\n]+/, "", token)
    take(token)
  }
}

function take(token) {
  if (token == "{" || token == "[") {
    depth++
    kind[depth] = token
    key[depth] = token == "[" ? 0 : ""
    isNamed[depth] = 0
  } else if (token == "}" || token == "]") {
    depth--
  } else if (token == ",") {
    if (kind[depth] == "[") key[depth]++
    isNamed[depth] = 0
  } else if (token == ":") {
    isNamed[depth] = 1
  } else if (kind[depth] == "{" && !isNamed[depth]) {
    key[depth] = substr(token, 2, length(token) - 2)
  } else {
    print path(), token
  }
}

function path(   level, joined) {
  for (level = 1; level <= depth; level++) joined = joined (level > 1 ? "." : "") key[level]
  return joined
}
