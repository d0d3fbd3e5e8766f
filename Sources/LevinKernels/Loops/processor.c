// The instruction set that serves a processor best.
//
// AVX-512 is the best where it has been measured to be: on processors that work on 512 bits at a time, in two units.
// Those that take them in halves, or have one unit, gain little and lose in products of matrices. They are known by
// their identity, never by a timing; one that is not known takes AVX2.

#include "LevinKernels.h"

enum { INTEL = 0x756e6547, AMD = 0x68747541 };  // "Genu" and "Auth"

lv_processor lv_identify(uint32_t vendor, uint32_t signature, uint32_t features) {
  uint32_t family = (signature >> 8) & 15, model = (signature >> 4) & 15;
  if (family == 6 || family == 15) model += ((signature >> 16) & 15) << 4;
  if (family == 15) family += (signature >> 20) & 255;
  return (lv_processor){vendor, family, model, features};
}

// Intel's server cores with two wide units: Ice Lake, Sapphire Rapids, Emerald Rapids, Granite Rapids. Measured on
// model CF against AVX2: zero-inflated counts 1.4 times as fast, a beta mixture 1.3, a product of matrices 1.7.
static int is_wide_intel(uint32_t model) {
  switch (model) {
    case 0x6A: case 0x6C: case 0x8F: case 0xAD: case 0xAE: case 0xCF: return 1;
    default: return 0;
  }
}

static int has_wide_units(const lv_processor *processor) {
  switch (processor->vendor) {
    // From Zen 5 on: 1.2 to 1.8 times as fast as with AVX2.
    case AMD: return processor->family >= 26;
    case INTEL: return processor->family == 6 && is_wide_intel(processor->model);
    default: return 0;
  }
}

enum lv_instruction_set lv_best_instruction_set(lv_processor processor) {
  if (!(processor.features & LV_HAS_AVX2)) return LV_BASE;
  if ((processor.features & LV_HAS_AVX512) && has_wide_units(&processor)) return LV_AVX512;
  return LV_AVX2;
}
