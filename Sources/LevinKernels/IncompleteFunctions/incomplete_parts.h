// Parts that the incomplete gamma and beta functions share.
#ifndef LEVIN_INCOMPLETE_PARTS_H
#define LEVIN_INCOMPLETE_PARTS_H

#include "../Scalars/scalar_gamma.inc"

#define LV_EPSILON 0x1p-53

// mu - log(1 + mu), of which the second form takes 1 + mu, which may be known to more digits.
LV_INLINE double lv_log_excess(double mu, double one_and_mu) {
  if (mu <= -0.5) return mu - log(one_and_mu);
  if (mu > 0.5) return mu - log1p(mu);
  // With r = mu / (2 + mu), log(1 + mu) = 2 atanh(r) and mu = 2 r + r mu.
  double r = mu / (2.0 + mu), s = r * r, tail = 0.0;
  for (int k = 31; k >= 3; k -= 2) tail = 1.0 / k + s * tail;
  return r * (mu - 2.0 * s * tail);
}

// log gamma(z) less Stirling's (z - 1/2) log z - z + log(2 pi) / 2, for z > 0.
LV_INLINE double lv_stirling_tail(double z) {
  if (z < 10.0) return lv_lgamma_f64(z) - (z - 0.5) * log(z) + z - 0.91893853320467274178;
  double t = 1.0 / z, s = t * t;
  double w = -3617.0 / 122400.0;
  w = 1.0 / 156.0 + s * w;
  w = -691.0 / 360360.0 + s * w;
  w = 1.0 / 1188.0 + s * w;
  w = -1.0 / 1680.0 + s * w;
  w = 1.0 / 1260.0 + s * w;
  w = -1.0 / 360.0 + s * w;
  w = 1.0 / 12.0 + s * w;
  return t * w;
}

// digamma(z) - log z for z > 0.
LV_INLINE double lv_digamma_tail(double z) {
  if (z < 10.0) return lv_digamma_f64(z) - log(z);
  double t = 1.0 / z, s = t * t;
  double w = 1.0 / 12.0;
  w = -691.0 / 32760.0 + s * w;
  w = 1.0 / 132.0 + s * w;
  w = -1.0 / 240.0 + s * w;
  w = 1.0 / 252.0 + s * w;
  w = -1.0 / 120.0 + s * w;
  w = 1.0 / 12.0 + s * w;
  return -0.5 * t - s * w;
}

// log gamma(1 + a) for a from 0 to 1, to a relative precision that holds as a goes to 0:
// a (1 - Euler's constant) - log(1 + a) + sum over k >= 2 of (-1)^k (zeta(k) - 1) a^k / k up to 1/2, and
// above it log a + log gamma(1 + (a - 1)).
LV_INLINE double lv_log_gamma_one_and(double a) {
  static const double c[] = {
    0.3224670334241132, 0.067352301053198102, 0.020580808427784546, 0.0073855510286739857,
    0.0028905103307415234, 0.001192753911703261, 0.00050966952474304245, 0.00022315475845357939,
    9.9457512781808531e-05, 4.4926236738133142e-05, 2.0507212775670691e-05, 9.4394882752683967e-06,
    4.3748667899074882e-06, 2.0392157538013662e-06, 9.5514121304074194e-07, 4.4924691987645662e-07,
    2.1207184805554665e-07, 1.0043224823968099e-07, 4.7698101693639804e-08, 2.2711094608943164e-08,
    1.0838659214896955e-08, 5.1834750419700466e-09, 2.4836745438024785e-09, 1.1921401405860912e-09,
  };
  double z = a > 0.5 ? a - 1.0 : a, sum = 0.0;
  for (int k = 23; k >= 0; k--) sum = c[k] - z * sum;
  double value = z * (0.42278433509846713939 + z * sum) - log1p(z);
  return a > 0.5 ? value + log(a) : value;
}

// A continued fraction 1 / (b1 + a2 / (b2 + a3 / (b3 + ...))) and its derivatives with respect to two
// parameters, by Lentz's method as Thompson and Barnett modified it: the value is the product of the
// ratios c and d, and the relative derivatives are the sums of theirs.
typedef struct {
  double value;
  double c, d;
  double c_slopes[2], d_slopes[2];  // relative ones
  double slopes[2];                 // relative ones of the value
} lv_fraction;

LV_INLINE lv_fraction lv_fraction_start(double b, double slope0, double slope1) {
  lv_fraction f = {.value = 1.0 / b, .c = 1e300, .d = 1.0 / b};
  f.d_slopes[0] = f.slopes[0] = -slope0 / b;
  f.d_slopes[1] = f.slopes[1] = -slope1 / b;
  return f;
}

// Takes in a / (b + ...), given the derivatives of both; whether it has converged.
LV_INLINE int lv_fraction_step(
    lv_fraction *f, double a, const double a_slopes[2], double b, const double b_slopes[2]) {
  double over_c = a / f->c, times_d = a * f->d;
  double c = b + over_c, d = 1.0 / (b + times_d);
  double largest = 0.0;
  for (int i = 0; i < 2; i++) {
    double c_slope = (b_slopes[i] + a_slopes[i] / f->c - over_c * f->c_slopes[i]) / c;
    double d_slope = -(b_slopes[i] + a_slopes[i] * f->d + times_d * f->d_slopes[i]) * d;
    double step = c_slope + d_slope;
    f->c_slopes[i] = c_slope;
    f->d_slopes[i] = d_slope;
    f->slopes[i] += step;
    double share = __builtin_fabs(step) / (__builtin_fabs(f->slopes[i]) + 1e-300);
    largest = share > largest ? share : largest;
  }
  f->c = c;
  f->d = d;
  f->value *= c * d;
  return __builtin_fabs(c * d - 1.0) < 8.0 * LV_EPSILON && largest < 256.0 * LV_EPSILON;
}

// A standard normal quantile for the start of a search, with an error below 5e-4 (Abramowitz and
// Stegun 26.2.23); `lower` and `upper` are the probabilities of both tails.
LV_INLINE double lv_rough_normal_quantile(double lower, double upper) {
  double tail = lower < upper ? lower : upper;
  double t = __builtin_elementwise_sqrt(-2.0 * log(tail));
  double z = t - (2.515517 + t * (0.802853 + t * 0.010328)) /
                     (1.0 + t * (1.432788 + t * (0.189269 + t * 0.001308)));
  return lower < upper ? -z : z;
}

#endif
