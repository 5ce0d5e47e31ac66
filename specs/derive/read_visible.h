// Visible text: white space folded, invisible characters and bidirectional controls gone, entities resolved.
#pragma once

#include <string>
#include <string_view>

namespace fwproof::specs::derive {

// "  TCP\u00a0 25\u200b " → "TCP 25"
std::string visible(std::string_view text);
// "SMTP &amp; POP3 &#50;5" → "SMTP & POP3 25"; an entity that is none of those common in text stays as written.
std::string resolve_entities(std::string_view text);

std::string_view trim(std::string_view text);
bool is_blank(std::string_view text);
// Columns of white space in front; a tab leads to the next multiple of 4.
size_t indent_of(std::string_view line);
// The text without up to `columns` columns of white space in front.
std::string_view without_indent(std::string_view line, size_t columns);
// "----", at least `least` times only that character, blanks behind it aside.
bool is_run_of(std::string_view line, char c, size_t least);
std::string to_lower(std::string_view text);
bool starts_with_ignoring_case(std::string_view text, std::string_view lower_prefix);

}  // namespace fwproof::specs::derive
