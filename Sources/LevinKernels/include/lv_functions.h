/// The functions of real numbers: a row each, from which come the kernel's name in `lv_op`, its loops and its
/// rows in the tables of all instruction sets.
///
/// ROW(NAME, name) stands for LV_NAME and, unless said otherwise, for the scalar functions lv_name_f32 and
/// lv_name_f64 of the `scalar_*.inc` files.
#ifndef LEVIN_FUNCTIONS_H
#define LEVIN_FUNCTIONS_H

#define LV_FUNCTIONS_OF_ONE(ROW)                                                                  \
  ROW(FLOOR, floor)                                                                               \
  ROW(CEIL, ceil)                                                                                 \
  ROW(ROUND, round) /* halves to even */                                                          \
  ROW(TRUNC, trunc)                                                                               \
  ROW(EXP, exp)                                                                                   \
  ROW(EXPM1, expm1)                                                                               \
  ROW(LOG, log)                                                                                   \
  ROW(LOG1P, log1p)                                                                               \
  ROW(LOG2, log2)                                                                                 \
  ROW(LOG10, log10)                                                                               \
  ROW(SQRT, sqrt)                                                                                 \
  ROW(RSQRT, rsqrt)                                                                               \
  ROW(SIN, sin)                                                                                   \
  ROW(COS, cos)                                                                                   \
  ROW(ASIN, asin)                                                                                 \
  ROW(ACOS, acos)                                                                                 \
  ROW(ATAN, atan)                                                                                 \
  ROW(SINH, sinh)                                                                                 \
  ROW(COSH, cosh)                                                                                 \
  ROW(TANH, tanh)                                                                                 \
  ROW(ASINH, asinh)                                                                               \
  ROW(ACOSH, acosh)                                                                               \
  ROW(ATANH, atanh)                                                                               \
  ROW(SIGMOID, sigmoid)                                                                           \
  ROW(SOFTPLUS, softplus)                                                                         \
  ROW(LOG_SIGMOID, log_sigmoid)                                                                   \
  ROW(ERF, erf)                                                                                   \
  ROW(ERFC, erfc)                                                                                 \
  ROW(ERF_INVERSE, erf_inverse)                                                                   \
  ROW(LOG1M_EXP, log1m_exp)                                                                       \
  ROW(LOG_NORMAL_CDF, log_normal_cdf)                                                             \
  ROW(NORMAL_HAZARD, normal_hazard) /* the standard normal density over the distribution function */ \
  ROW(TRIGAMMA, trigamma)                                                                         \
  ROW(STIRLING_REST, stirling_rest) /* log gamma(a) beside LV_GAMMA_EXPONENT */                   \
  ROW(STIRLING_REST_SLOPE, stirling_rest_slope)

#define LV_FUNCTIONS_OF_TWO(ROW)                                                                  \
  ROW(ATAN2, atan2)                                                                               \
  ROW(LOG_ADD_EXP, log_add_exp)

/// In double precision for either type, by lv_name.
#define LV_WIDE_FUNCTIONS_OF_TWO(ROW)                                                             \
  ROW(GAMMA_P, gamma_p)                                                                           \
  ROW(GAMMA_Q, gamma_q)                                                                           \
  ROW(GAMMA_DENSITY, gamma_density)                                                               \
  ROW(GAMMA_SHAPE_SLOPE, gamma_shape_slope)                                                       \
  ROW(GAMMA_P_INVERSE, gamma_p_inverse)                                                           \
  ROW(GAMMA_Q_INVERSE, gamma_q_inverse)

/// In double precision for either type, by lv_name.
#define LV_WIDE_FUNCTIONS_OF_THREE(ROW)                                                           \
  ROW(BETA_I, beta_i)                                                                             \
  ROW(BETA_DENSITY, beta_density)                                                                 \
  ROW(BETA_FIRST_SLOPE, beta_first_slope)                                                         \
  ROW(BETA_SECOND_SLOPE, beta_second_slope)                                                       \
  ROW(BETA_I_INVERSE, beta_i_inverse)

#endif
