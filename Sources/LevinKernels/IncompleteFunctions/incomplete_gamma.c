// The regularised incomplete gamma functions P(a, x) and Q(a, x) = 1 - P(a, x), their derivatives and
// their inverses, in double precision.
//
// Four methods share the quadrant a > 0, x > 0:
//
// - a series for P where x <= a, or x <= 1:
//     P = x^a e^-x / gamma(a + 1) (1 + x / (a + 1) + x^2 / ((a + 1) (a + 2)) + ...);
// - where a small a brings P close to 1, Q by the same integral less its leading term (Gautschi 1979);
// - a continued fraction for Q where x > a;
// - for a > 40 and x within 0.4 a of a, Temme's uniform asymptotic expansion (1979; DLMF 8.12).
//
// The factor x^a e^-x / gamma(a) is formed from mu - log(1 + mu) with mu = (x - a) / a, so that large
// terms do not cancel. Derivatives with respect to a are carried along term by term, as Moore (1982)
// does for the series and the fraction. Relative error of the smaller of P and Q below 1e-12, from
// 1e-300 up; of the derivative below 1e-11.

#include "incomplete.h"
#include "incomplete_gamma_temme.inc"
#include "incomplete_parts.h"

enum { MOST_TERMS = 20000, MOST_STEPS = 300 };

typedef struct {
  double p, q;
  double slope;  // of P with respect to a
} gamma_parts;

// x^a e^-x / gamma(a).
static double gamma_factor(double a, double x) {
  if (a < 1.0) return a * exp(a * log(x) - x) / tgamma(1.0 + a);
  double excess = lv_log_excess((x - a) / a, x / a);
  return __builtin_elementwise_sqrt(a * 0.15915494309189533577) *
         exp(-a * excess - lv_stirling_tail(a));
}

// log x - digamma(a).
static double log_over_digamma(double a, double x) {
  if (a < 10.0) return log(x) - lv_digamma_f64(a);
  double mu = (x - a) / a;
  return (mu > -0.5 && mu < 0.5 ? log1p(mu) : log(x / a)) - lv_digamma_tail(a);
}

static gamma_parts by_series(double a, double x) {
  double term = 1.0, sum = 1.0, slope = 0.0, relative = 0.0;
  for (int n = 1; n < MOST_TERMS; n++) {
    term *= x / (a + n);
    relative -= 1.0 / (a + n);
    sum += term;
    slope += term * relative;
    if (term < LV_EPSILON * sum && -term * relative <= -LV_EPSILON * slope) break;
  }
  double factor = gamma_factor(a, x) / a;
  double p = factor * sum;
  double first = a < 10.0 ? log(x) - lv_digamma_f64(1.0 + a) : log_over_digamma(a, x) - 1.0 / a;
  return (gamma_parts){p, 1.0 - p, p * first + factor * slope};
}

// Q = 1 - x^a / gamma(1 + a) - x^a / gamma(a) sum over n >= 1 of (-x)^n / (n! (a + n)).
static double upper_of_small(double a, double x) {
  double term = 1.0, sum = 0.0;
  for (int n = 1; n < MOST_TERMS; n++) {
    term *= -x / n;
    sum += term / (a + n);
    if (__builtin_fabs(term) < LV_EPSILON * __builtin_fabs(sum)) break;
  }
  double logarithm = a * log(x) - lv_log_gamma_one_and(a);
  return -expm1(logarithm) - a * exp(logarithm) * sum;
}

static gamma_parts by_fraction(double a, double x) {
  const double b_slopes[2] = {-1.0, 0.0};
  lv_fraction f = lv_fraction_start(x + 1.0 - a, -1.0, 0.0);
  for (int n = 1; n < MOST_TERMS; n++) {
    const double a_slopes[2] = {n, 0.0};
    if (lv_fraction_step(&f, -n * (n - a), a_slopes, x + 2.0 * n + 1.0 - a, b_slopes)) break;
  }
  double q = gamma_factor(a, x) * f.value;
  return (gamma_parts){1.0 - q, q, -q * (log_over_digamma(a, x) + f.slopes[0])};
}

// Q = erfc(eta sqrt(a / 2)) / 2 + R and P = erfc(-eta sqrt(a / 2)) / 2 - R, where eta^2 / 2 =
// mu - log(1 + mu) and R = exp(-a eta^2 / 2) / sqrt(2 pi a) sum over k of c_k(eta) a^-k.
static gamma_parts by_expansion(double a, double x) {
  double mu = (x - a) / a;
  double excess = lv_log_excess(mu, x / a);
  double ratio = __builtin_fabs(mu) < 1e-150 ? 1.0 : mu / __builtin_elementwise_sqrt(2.0 * excess);
  ratio = __builtin_fabs(ratio);
  double eta = mu / ratio;
  double eta_slope = -ratio / a;
  double sum = 0.0, slope = 0.0;
  for (int k = TEMME_ORDERS - 1; k >= 0; k--) {
    double c = 0.0, c_slope = 0.0;
    for (int n = TEMME_TERMS - 1; n >= 0; n--) {
      c_slope = c_slope * eta + c;
      c = c * eta + temme[k][n];
    }
    slope = slope / a + c_slope * eta_slope - k * c / a;
    sum = sum / a + c;
  }
  double gauss = exp(-a * excess);
  double scale = gauss * 0.39894228040143267794 / __builtin_elementwise_sqrt(a);
  double u = __builtin_fabs(eta) * __builtin_elementwise_sqrt(0.5 * a);
  double tail = 0.5 * gauss * lv_erfcx_f64(u);
  double small = mu > 0.0 ? tail + scale * sum : tail - scale * sum;
  double q_slope = scale * (ratio - 0.5 * eta + (log1p(mu) - 0.5 / a) * sum + slope);
  return mu > 0.0 ? (gamma_parts){1.0 - small, small, -q_slope}
                  : (gamma_parts){small, 1.0 - small, -q_slope};
}

static gamma_parts compute(double a, double x) {
  if (!(a >= 0.0 && x >= 0.0) || (a == 0.0 && x == 0.0) || (a == LV_INF_F64 && x == a)) {
    return (gamma_parts){LV_NAN_F64, LV_NAN_F64, LV_NAN_F64};
  }
  if (x == 0.0 || a == LV_INF_F64) return (gamma_parts){0.0, 1.0, 0.0};
  if (x == LV_INF_F64) return (gamma_parts){1.0, 0.0, 0.0};
  if (a == 0.0) return (gamma_parts){1.0, 0.0, LV_NAN_F64};
  if (a > 40.0 && __builtin_fabs(x - a) < 0.4 * a) return by_expansion(a, x);
  if (x > a && x > 1.1) return by_fraction(a, x);
  gamma_parts parts = by_series(a, x);
  if (a < 1.0 && parts.p > 0.5) parts.q = upper_of_small(a, x);
  return parts;
}

double lv_gamma_p(double a, double x) { return compute(a, x).p; }
double lv_gamma_q(double a, double x) { return compute(a, x).q; }
double lv_gamma_shape_slope(double a, double x) { return compute(a, x).slope; }

double lv_gamma_density(double a, double x) {
  if (!(a >= 0.0 && x >= 0.0)) return LV_NAN_F64;
  if (x == 0.0) return a < 1.0 ? LV_INF_F64 : a == 1.0 ? 1.0 : 0.0;
  if (x == LV_INF_F64 || a == 0.0 || a == LV_INF_F64) return 0.0;
  return gamma_factor(a, x) / x;
}

// MARK: Inverses

// Both log P and log Q are concave functions of t = log x, so Newton's steps on the smaller of them
// converge from one side after the first; a bracket catches steps that overflow.
static double find_gamma(double a, double p, double q) {
  double lowest = (log(p) + lv_lgamma_f64(a + 1.0)) / a;  // from P < x^a / gamma(a + 1)
  if (lowest < -746.0) return 0.0;
  double t = lowest;
  if (a > 0.5) {
    double width = 1.0 / (3.0 * __builtin_elementwise_sqrt(a));  // Wilson and Hilferty's cube root
    double root = 1.0 - width * width + lv_rough_normal_quantile(p, q) * width;
    double start = log(a) + 3.0 * log(root);
    t = start > lowest ? start : lowest;
  }
  double low = lowest - 1.0, high = 710.0;
  for (int step = 0; step < MOST_STEPS; step++) {
    double x = exp(t);
    gamma_parts parts = compute(a, x);
    double tail = p <= q ? parts.p : parts.q;
    double miss = p <= q ? log(tail / p) : log(q / tail);
    double move = -miss * tail / gamma_factor(a, x);
    if (__builtin_fabs(move) < 1e-9) return x + x * move;
    *(miss > 0.0 ? &high : &low) = t;
    t += move;
    if (!(t > low && t < high)) t = 0.5 * (low + high);
  }
  return exp(t);
}

double lv_gamma_p_inverse(double a, double p) {
  if (!(a > 0.0 && p >= 0.0 && p <= 1.0)) return LV_NAN_F64;
  return p == 0.0 ? 0.0 : p == 1.0 ? LV_INF_F64 : find_gamma(a, p, 1.0 - p);
}

double lv_gamma_q_inverse(double a, double q) {
  if (!(a > 0.0 && q >= 0.0 && q <= 1.0)) return LV_NAN_F64;
  return q == 1.0 ? 0.0 : q == 0.0 ? LV_INF_F64 : find_gamma(a, 1.0 - q, q);
}
