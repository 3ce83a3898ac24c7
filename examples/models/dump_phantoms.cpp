// SPDX-License-Identifier: Apache-2.0
// Draws every kind of phantom several times, for training: OUT_DIR/phantoms.rgb holds N × SIDE × SIDE × 3
// bytes, OUT_DIR/phantoms.tsv a line "modality region finding seed" for each, in the same order.
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <inoculum/synthesis/phantom.hpp>
#include <string>

namespace ino = inoculum;

int main(int argc, char** argv) {
  if (argc != 5) {
    std::fprintf(stderr, "usage: dump_phantoms OUT_DIR PER_KIND SIDE SEED\n");
    return 2;
  }
  const std::string folder = argv[1];
  const long per_kind = std::strtol(argv[2], nullptr, 10);
  const int side = static_cast<int>(std::strtol(argv[3], nullptr, 10));
  const std::uint64_t first_seed = std::strtoull(argv[4], nullptr, 10);

  std::FILE* pixels = std::fopen((folder + "/phantoms.rgb").c_str(), "wb");
  std::FILE* table = std::fopen((folder + "/phantoms.tsv").c_str(), "w");
  if (pixels == nullptr || table == nullptr) {
    std::fprintf(stderr, "dump_phantoms: cannot write into %s\n", folder.c_str());
    return 1;
  }
  bool written = true;
  for (const ino::phantom_kind& kind : ino::phantom_kinds()) {
    for (long i = 0; i < per_kind && written; ++i) {
      const ino::phantom_spec spec{kind.mode, std::string(kind.region), std::string(kind.finding),
                                   first_seed + static_cast<std::uint64_t>(i)};
      const auto drawn = ino::draw_phantom(spec, side);
      if (!drawn) {
        std::fprintf(stderr, "dump_phantoms: %s\n", drawn.error().to_string().c_str());
        return 1;
      }
      const auto rgb = drawn->rgb();
      written = std::fwrite(rgb.data(), 1, rgb.size(), pixels) == rgb.size();
      const std::string mode(ino::to_string(spec.mode));
      std::fprintf(table, "%s\t%s\t%s\t%llu\n", mode.c_str(), spec.region.c_str(), spec.finding.c_str(),
                   static_cast<unsigned long long>(spec.seed));
    }
  }
  const bool closed = std::fclose(pixels) == 0;
  if (std::fclose(table) != 0 || !closed || !written) {
    std::fprintf(stderr, "dump_phantoms: writing into %s failed\n", folder.c_str());
    return 1;
  }
  return 0;
}
