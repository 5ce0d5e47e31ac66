// Bytes of a document as UTF-8: byte order marks, UTF-16, a declared code page; what is none of them is replaced and said.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace fwproof::specs::derive {

struct Decoded {
  std::string text;            // UTF-8 without byte order mark
  size_t replaced = 0;         // sequences of bytes that became U+FFFD
  size_t replaced_at = 0;      // offset of the first in the text
  bool binary = false;         // holds zero bytes: no text
  size_t zero_at = 0;          // offset of the first zero byte
  std::string unknown_charset; // declared, but not one that can be read
};

// charset: what the document declares of itself ("windows-1252"), or empty. It counts only where neither a mark nor valid UTF-8 speaks.
Decoded decode(std::string_view bytes, std::string_view charset);

// The charset that an HTML or XML head declares (<meta charset>, <meta http-equiv>, <?xml encoding>), or empty.
std::string declared_charset(std::string_view bytes);

// The character that starts at text[at] and moves `at` behind it. Requires valid UTF-8.
uint32_t next_character(std::string_view text, size_t& at);

}  // namespace fwproof::specs::derive
