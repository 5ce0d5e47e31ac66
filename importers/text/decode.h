// Bytes of a file as text lines: byte order marks, UTF-16, UTF-8, everything else raw; CR LF, LF and CR.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace fwproof::importers::text {

constexpr size_t kMaxLineBytes = size_t{16} << 20;

struct Decoded {
  // "UTF-8", "UTF-16LE", "UTF-16BE", or "bytes": not Unicode; which code page it is, only a format's own words can tell.
  std::string encoding;
  std::string_view text;  // UTF-8 unless encoding is "bytes"; of the bytes given, which must stay, or of `own`
  std::unique_ptr<const std::string> own;   // where the text is not the bytes as they are
  bool mixed = false;   // UTF-16 with text of one byte per character appended (PowerShell's > and cmd's >> on one file)
  bool binary = false;  // holds zero bytes or many control characters: no text
};

Decoded decode(std::string_view bytes);

struct Lines {
  std::vector<std::string_view> lines;  // into the text, without their ends
  size_t too_long = 0;                  // number of the first line over kMaxLineBytes, 0: none
};
Lines split_lines(std::string_view text);

bool is_utf8(std::string_view bytes);
// The bytes read as a code page (a name that iconv knows, "CP850"), as UTF-8; nothing if they are not of it.
std::optional<std::string> from_code_page(std::string_view bytes, const char* code_page);

// The same for many texts: opening a converter costs far more than a line.
class CodePage {
 public:
  explicit CodePage(const char* name);
  CodePage(const CodePage&) = delete;
  CodePage& operator=(const CodePage&) = delete;
  ~CodePage();
  std::optional<std::string> decode(std::string_view bytes) const;

 private:
  void* converter_;  // iconv_t
};

}  // namespace fwproof::importers::text
