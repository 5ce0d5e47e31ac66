// Which format a document is in: by the name of its file, then by its content.
#pragma once

#include <string_view>

namespace fwproof::specs::derive {

// One of document_formats(). Never empty: what nothing claims is "text".
std::string_view recognise_document(std::string_view path, std::string_view text);

// "PDF", "DOCX", … of a file that a converter must read first; empty: none of them.
std::string_view converted_kind(std::string_view bytes);

}  // namespace fwproof::specs::derive
