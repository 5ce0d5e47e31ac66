// Converters are run without a shell and within limits.
#include "cli/run_program.h"

#include <gtest/gtest.h>

#include <chrono>

#include "cli/convert_document.h"

namespace fwproof::cli {
namespace {

TEST(RunProgram, TakesBytesAndGivesBytes) {
  const std::string bytes = std::string(3'000'000, 'x') + '\0' + "end";
  const ProgramResult result = run_program({"/bin/cat"}, bytes, {});
  EXPECT_EQ(result.problem, "");
  EXPECT_TRUE(result.output == bytes);
}

TEST(RunProgram, SaysHowItEnded) {
  EXPECT_EQ(run_program({"/bin/false"}, "", {}).problem, "it ended with 1");
  EXPECT_EQ(run_program({"/nonexistent/x"}, "", {}).problem, "it could not be started");
  EXPECT_EQ(run_program({"/bin/sh", "-c", "echo oh >&2; kill -9 $$"}, "", {}).problem, "signal 9 ended it");
  EXPECT_EQ(run_program({"/bin/sh", "-c", "echo oh >&2"}, "", {}).errors, "oh\n");
  // It need not read what it is given.
  EXPECT_EQ(run_program({"/bin/true"}, std::string(1'000'000, 'x'), {}).problem, "");
}

TEST(RunProgram, StopsAtItsLimits) {
  const auto before = std::chrono::steady_clock::now();
  EXPECT_EQ(run_program({"/bin/sh", "-c", "sleep 600 & sleep 600"}, "", {1000, 1000}).problem, "it took longer than 1 s");
  EXPECT_LT(std::chrono::steady_clock::now() - before, std::chrono::seconds(60));
  const ProgramResult endless = run_program({"/bin/sh", "-c", "while :; do echo 0123456789; done"}, "", {60'000, size_t{1} << 20});
  EXPECT_EQ(endless.problem, "it wrote more than 1 MiB");
  EXPECT_LE(endless.output.size(), (size_t{1} << 20) + 1);
}

TEST(RunProgram, GivesNoSurroundings) {
  setenv("FWPROOF_SECRET", "1", 1);
  EXPECT_EQ(run_program({"/usr/bin/env"}, "", {}).output.find("FWPROOF_SECRET"), std::string::npos);
  unsetenv("FWPROOF_SECRET");
}

TEST(RunProgram, FindsProgramsByAbsolutePathOnly) {
  const std::string path = getenv("PATH");
  setenv("PATH", ".:bin:/bin", 1);
  EXPECT_EQ(find_program("sh"), "/bin/sh");
  setenv("PATH", ".", 1);
  EXPECT_EQ(find_program("sh"), std::nullopt);
  setenv("PATH", path.c_str(), 1);
}

// A PDF of one page with two lines, written by hand (ISO 32000-1, annex H, 2).
std::string small_pdf() {
  const std::string content = "BT /F1 12 Tf 72 700 Td (Port   Source   Target) Tj 0 -20 Td (8450   ADM   GTW) Tj ET";
  const std::vector<std::string> objects = {"<</Type/Catalog/Pages 2 0 R>>", "<</Type/Pages/Kids[3 0 R]/Count 1>>",
                                            "<</Type/Page/Parent 2 0 R/MediaBox[0 0 612 792]/Contents 4 0 R/Resources<</Font<</F1 5 0 R>>>>>>",
                                            "<</Length " + std::to_string(content.size()) + ">>stream\n" + content + "\nendstream",
                                            "<</Type/Font/Subtype/Type1/BaseFont/Courier>>"};
  std::string pdf = "%PDF-1.4\n";
  std::vector<size_t> places;
  for (size_t i = 0; i < objects.size(); ++i) {
    places.push_back(pdf.size());
    pdf += std::to_string(i + 1) + " 0 obj\n" + objects[i] + "\nendobj\n";
  }
  const size_t table = pdf.size();
  pdf += "xref\n0 6\n0000000000 65535 f \n";
  for (const size_t place : places) pdf += std::string(10 - std::to_string(place).size(), '0') + std::to_string(place) + " 00000 n \n";
  return pdf + "trailer<</Size 6/Root 1 0 R>>\nstartxref\n" + std::to_string(table) + "\n%%EOF\n";
}

TEST(ConvertDocument, LeavesTextAlone) {
  EXPECT_FALSE(convert_document("Port | Source\n", "ports.pdf"));
  EXPECT_FALSE(convert_document("", "x"));
  EXPECT_FALSE(convert_document("PK\x03\x04 some archive", "x.zip"));
}

TEST(ConvertDocument, ReadsPdf) {
  if (!find_program("pdftotext")) GTEST_SKIP() << "NOT CHECKED: pdftotext is not installed";
  const auto converted = convert_document(small_pdf(), "--help.pdf");
  ASSERT_TRUE(converted);
  EXPECT_EQ(converted->problem, "");
  EXPECT_NE(converted->text.find("8450"), std::string::npos);
  EXPECT_TRUE(converted->converter.starts_with("pdftotext ")) << converted->converter;
  const auto broken = convert_document("%PDF-1.4\ngarbage", "x");
  ASSERT_TRUE(broken);
  EXPECT_NE(broken->problem.find("pdftotext "), std::string::npos) << broken->problem;
}

TEST(ConvertDocument, NamesWhatIsMissing) {
  const std::string path = getenv("PATH");
  setenv("PATH", "/nonexistent", 1);
  EXPECT_EQ(convert_document("%PDF-1.4\n", "x")->problem, "it is a PDF, and no converter for that is installed: it needs pdftotext (package poppler-utils)");
  EXPECT_EQ(convert_document("PK\x03\x04...", "x.DOCX")->problem,
            "it is a DOCX, and no converter for that is installed: it needs pandoc (package pandoc)");
  setenv("PATH", path.c_str(), 1);
}

}  // namespace
}  // namespace fwproof::cli
