// PDF and DOCX into text or HTML, by converters that are installed: fwproof reads neither itself.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace fwproof::cli {

struct Converted {
  std::string text;
  std::string format;       // of `text`: "text", "html"; empty: as the content tells
  std::string converter;    // "pdftotext 22.12.0 -layout"
  std::string problem;      // not empty: what is missing or went wrong
};

// Nothing when the document is read as it is. `name`: only its ending is looked at.
std::optional<Converted> convert_document(std::string_view bytes, const std::string& name);

}  // namespace fwproof::cli
