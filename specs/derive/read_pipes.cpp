#include "specs/derive/read_pipes.h"

#include <algorithm>

#include "specs/derive/read_visible.h"

namespace fwproof::specs::derive {
namespace {

constexpr std::string_view kBoxPipe = "│";

bool is_escaped(std::string_view line, size_t at) {
  size_t backslashes = 0;
  while (backslashes < at && line[at - 1 - backslashes] == '\\') ++backslashes;
  return backslashes % 2 == 1;
}

// Length of the pipe at `at`, or 0.
size_t pipe_length(std::string_view line, size_t at) {
  if (line[at] == '|') return at > 0 && line[at - 1] == '\\' && is_escaped(line, at) ? 0 : 1;
  return line.substr(at).starts_with(kBoxPipe) ? kBoxPipe.size() : 0;
}

size_t count_pipes(std::string_view line) {
  size_t count = 0;
  for (size_t at = 0; at < line.size(); ++at) count += pipe_length(line, at) > 0;
  return count;
}

bool ends_with_pipe(std::string_view line) {
  if (line.ends_with(kBoxPipe)) return true;
  return line.ends_with('|') && pipe_length(line, line.size() - 1) > 0;
}

PipeStyle style_of(std::string_view line) {
  const std::string_view text = trim(line);
  return {text.starts_with('|') || text.starts_with(kBoxPipe), ends_with_pipe(text)};
}

void push_cell(std::vector<std::string>& cells, std::string_view source) {
  std::string cell;
  for (size_t at = 0; at < source.size(); ++at)
    if (source[at] != '\\' || at + 1 >= source.size() || source[at + 1] != '|') cell += source[at];
  cells.push_back(std::move(cell));
}

TableRow read_row(std::string_view line, uint32_t number, PipeStyle style, const PipeRules& rules) {
  TableRow row;
  row.number = number;
  for (const std::string& source : split_pipes(line, style)) {
    Cell cell;
    rules.cell(source, number, cell.lines);
    row.cells.push_back(std::move(cell));
  }
  return row;
}

// Plain text: " | " apart, so that "a|b" in a sentence is none.
size_t count_spaced_pipes(std::string_view line) {
  const std::string_view text = trim(line);
  if (style_of(text).left && text.size() > 2) return count_pipes(text);
  size_t count = 0;
  for (size_t at = text.find(" | "); at != std::string_view::npos; at = text.find(" | ", at + 2)) ++count;
  return count + (text.ends_with(" |") ? 1 : 0);
}

// "+---+" and box drawing between rows; a row whose cells are single dashes is none.
bool is_rule(std::string_view line) {
  const std::string_view text = trim(line);
  const bool drawn = text.find("---") != std::string_view::npos || text.find("===") != std::string_view::npos || text.find("──") != std::string_view::npos ||
                     text.find("══") != std::string_view::npos || text.find("━━") != std::string_view::npos;
  return drawn && text.find_first_not_of("+-=:|─━═┼├┤┬┴┌┐└┘│╞╡╪╠╣╬╔╗╚╝║╦╩ \t") == std::string_view::npos;
}

}  // namespace

std::vector<std::string> split_pipes(std::string_view line, PipeStyle style) {
  std::string_view text = trim(line);
  if (style.left && !text.empty()) text.remove_prefix(pipe_length(text, 0));
  if (style.right && ends_with_pipe(text)) text.remove_suffix(text.ends_with('|') ? 1 : kBoxPipe.size());
  std::vector<std::string> cells;
  size_t from = 0;
  for (size_t at = 0; at < text.size();) {
    const size_t length = pipe_length(text, at);
    if (length > 0) {
      push_cell(cells, text.substr(from, at - from));
      from = at + length;
    }
    at += std::max<size_t>(length, 1);
  }
  push_cell(cells, text.substr(from));
  return cells;
}

bool is_pipe_separator(std::string_view line) {
  const std::string_view text = trim(line);
  return text.find_first_not_of("-:|+= \t") == std::string_view::npos && text.find('-') != std::string_view::npos &&
         text.find('|') != std::string_view::npos;
}

bool starts_pipe_table(const Text& text, size_t at) {
  if (at + 1 >= text.lines.size()) return false;
  const std::string_view header = text.lines[at];
  return header.find('|') != std::string_view::npos && !is_pipe_separator(header) && is_pipe_separator(text.lines[at + 1]);
}

bool starts_bare_pipe_table(const Text& text, size_t at) {
  if (at + 1 >= text.lines.size()) return false;
  const size_t pipes = count_spaced_pipes(text.lines[at]);
  if (pipes == 0) return false;
  const size_t next = at + (is_rule(text.lines[at + 1]) ? 2 : 1);
  return next < text.lines.size() && count_spaced_pipes(text.lines[next]) == pipes && (pipes > 1 || style_of(text.lines[at]).left);
}

size_t read_pipe_table(const Text& text, size_t at, const PipeRules& rules, Output& output) {
  Block table = make_block(Block::Kind::table);
  const PipeStyle style = style_of(text.lines[at]);
  const bool has_header = starts_pipe_table(text, at);
  size_t line = at;
  for (; line < text.lines.size() && !is_blank(text.lines[line]); ++line) {
    if (is_rule(text.lines[line]) || (has_header && line == at + 1)) continue;
    if (!rules.lone_rows && count_pipes(text.lines[line]) == 0) break;
    TableRow row = read_row(text.lines[line], text.number(line), style, rules);
    row.header = has_header && line == at;
    if (!output.add_row(table, std::move(row))) break;
  }
  output.add(std::move(table));
  return line;
}

}  // namespace fwproof::specs::derive
