// What the tests of documents share: ```console blocks with the commands and outputs that they show, and running them.
#pragma once

#include <algorithm>
#include <cstddef>
#include <fstream>
#include <string>
#include <vector>

#include "tests/support/run_shell.h"

namespace fwproof::readme {

using tests::Ran;

struct Example {
  std::string command;
  std::vector<std::string> output;
  size_t line = 0;  // of the command, from 1
};

inline Ran run_in(const std::string& folder, const std::string& shell) { return tests::run_shell("exec 2>&1; cd '" + folder + "' && " + shell); }

inline std::vector<std::string> lines_of(const std::string& text) {
  std::vector<std::string> lines;
  size_t from = 0;
  while (from < text.size()) {
    const size_t end = std::min(text.find('\n', from), text.size());
    lines.push_back(text.substr(from, end - from));
    from = end + 1;
  }
  while (!lines.empty() && lines.back().empty()) lines.pop_back();
  return lines;
}

inline std::vector<std::string> lines_of_file(const std::string& path) {
  std::ifstream in(path);
  std::vector<std::string> lines;
  for (std::string line; std::getline(in, line);) lines.push_back(line);
  return lines;
}

inline std::vector<Example> examples_in(const std::vector<std::string>& lines) {
  std::vector<Example> found;
  bool inside = false;
  for (size_t i = 0; i < lines.size(); ++i) {
    const std::string& line = lines[i];
    if (line.rfind("```", 0) == 0) {
      inside = line == "```console";
    } else if (inside && line.rfind("$ ", 0) == 0) {
      found.push_back({line.substr(2), {}, i + 1});
    } else if (inside && !found.empty()) {
      found.back().output.push_back(line);
    }
  }
  return found;
}

inline bool matches(const std::vector<std::string>& expected, size_t e, const std::vector<std::string>& actual, size_t a) {
  for (; e < expected.size(); ++e, ++a) {
    if (expected[e] == "…") {
      for (size_t next = a; next <= actual.size(); ++next) {
        if (matches(expected, e + 1, actual, next)) return true;
      }
      return false;
    }
    if (a >= actual.size() || actual[a] != expected[e]) return false;
  }
  return a == actual.size();
}

inline std::vector<std::string> without_blank_end(std::vector<std::string> lines) {
  while (!lines.empty() && lines.back().empty()) lines.pop_back();
  return lines;
}

inline bool is_shown(const Example& example, const std::vector<std::string>& output) {
  return matches(without_blank_end(example.output), 0, output, 0);
}

// From the last example to the first, so that earlier line numbers stay right.
inline void accept(const std::string& path, std::vector<std::string> lines, const std::vector<Example>& examples,
            const std::vector<std::vector<std::string>>& outputs) {
  for (size_t i = examples.size(); i-- > 0;) {
    if (is_shown(examples[i], outputs[i])) continue;
    const auto first = lines.begin() + static_cast<std::ptrdiff_t>(examples[i].line);
    const size_t length = without_blank_end(examples[i].output).size();
    const auto next = lines.erase(first, first + static_cast<std::ptrdiff_t>(length));
    lines.insert(next, outputs[i].begin(), outputs[i].end());
  }
  std::ofstream out(path);
  for (const std::string& line : lines) out << line << '\n';
}

inline std::string joined(const std::vector<std::string>& lines) {
  std::string text;
  for (const std::string& line : lines) text += line + '\n';
  return text;
}

}  // namespace fwproof::readme
