// The regularised incomplete beta function I_x(a, b), its derivatives and its inverse, in double
// precision.
//
// I_x(a, b) = 1 - I_(1-x)(b, a) is x^a (1-x)^b / beta(a, b) times the continued fraction of Didonato and
// Morris (1992, formula 9): 1 / (b_0 + a_1 / (b_1 + a_2 / (b_2 + ...))) with
//     a_m = (a + m - 1) (a + b + m - 1) m (b - m) x^2 / (a + 2 m - 1)^2,
//     b_m = m + m (b - m) x / (a + 2 m - 1) + (a + m) (a (1-x) - b x + 1 + m (2 - x)) / (a + 2 m + 1).
// It converges fast, and its terms do not cancel, for x < (a + 1) / (a + b + 2); elsewhere the other
// side is computed. Where that is close to 1, by a small parameter, what it leaves comes from the power series less its leading
// term. Derivatives with respect to a and b are carried along term by term, as Boik and Robison-Cox
// (1998) do.
//
// The factor is formed from mu - log(1 + mu), mu being the distances of x and 1 - x from a / (a + b) and
// b / (a + b) in units of these, and 1 - x keeps what rounding takes from it, so that large terms do not
// cancel. Relative error of the smaller of both sides below 1e-12, from 1e-300 up; of the derivatives
// below 1e-9, where they do not pass through 0, and below 3e-9 for a parameter near 1e-6.

#include "incomplete.h"
#include "incomplete_parts.h"

enum { MOST_TERMS = 20000, MOST_STEPS = 300 };

// A number between 0 and 1 and what is left to 1, either with what rounding took from it.
typedef struct {
  double x, x_rest, y, y_rest;
} unit_pair;

static unit_pair pair_from(double x) {
  double y = 1.0 - x;
  return (unit_pair){x, 0.0, y, (1.0 - y) - x};
}

static unit_pair turned(unit_pair u) { return (unit_pair){u.y, u.y_rest, u.x, u.x_rest}; }

typedef struct {
  double lower, upper;  // I_x(a, b) and 1 - I_x(a, b)
  double slopes[2];     // of the first with respect to a and b
} beta_parts;

// x b - y a, the distance of x from the mean a / (a + b) in units of a b / (a + b).
static double distance(double a, double b, unit_pair u) {
  double first = u.x * b, second = a * u.y;
  double rest = fma(u.x, b, -first) - fma(a, u.y, -second);
  return (first - second) + (rest + (u.x_rest * b - a * u.y_rest));
}

// x^a y^b / beta(a, b).
static double beta_factor(double a, double b, unit_pair u) {
  double n = a + b;
  if (a < 1.0 && b < 1.0) {
    double gammas = tgamma(1.0 + n) / (tgamma(1.0 + a) * tgamma(1.0 + b));
    return a * b / n * gammas * exp(a * log(u.x) + b * log(u.y));
  }
  double d = distance(a, b, u);
  double excess = a * lv_log_excess(d / a, u.x * (n / a)) + b * lv_log_excess(-d / b, u.y * (n / b));
  double tails = lv_stirling_tail(n) - lv_stirling_tail(a) - lv_stirling_tail(b);
  double size = a < b ? a / (1.0 + a / b) : b / (1.0 + b / a);  // a b / n
  return __builtin_elementwise_sqrt(size * 0.15915494309189533577) * exp(tails - excess);
}

// log x - digamma(a) + digamma(a + b), with d as in `distance`; less 1 / a if `less`.
static double log_slope(double a, double n, double x, double d, int less) {
  double mu = d / a;
  if (a < 10.0) {
    return log(x) - lv_digamma_f64(less ? 1.0 + a : a) + lv_digamma_f64(n);
  }
  double logarithm = mu > -0.5 && mu < 0.5 ? log1p(mu) : log(x * (n / a));
  return logarithm - lv_digamma_tail(a) + lv_digamma_tail(n) - (less ? 1.0 / a : 0.0);
}

// log gamma(b + a) - log gamma(b) for a <= 1, to a relative precision that holds as a goes to 0.
static double log_gamma_step(double b, double a) {
  double sum = 0.0;
  for (; b < 10.0; b += 1.0) sum -= log1p(a / b);
  double tails = lv_stirling_tail(b + a) - lv_stirling_tail(b);
  return sum + (b - 0.5) * log1p(a / b) + a * log(b + a) - a + tails;
}

// 1 - I_x(a, b) for a <= 1 and b x of moderate size: 1 - x^a / (a beta(a, b)) less
// x^a / beta(a, b) sum over n >= 1 of (1 - b) ... (n - b) x^n / (n! (a + n)).
static double upper_of_small(double a, double b, double x) {
  double term = 1.0, sum = 0.0;
  for (int n = 1; n < MOST_TERMS; n++) {
    term *= (n - b) * x / n;
    sum += term / (a + n);
    if (__builtin_fabs(term) < LV_EPSILON * __builtin_fabs(sum)) break;
  }
  double logarithm = a * log(x) - (lv_log_gamma_one_and(a) - log_gamma_step(b, a));
  return -expm1(logarithm) - a * exp(logarithm) * sum;
}

// The terms of the fraction: a_m and b_m with their derivatives with respect to a and b, the first
// divided by a where m = 1, and b_0 by a.
typedef struct {
  double a, a_slopes[2], b, b_slopes[2];
} fraction_terms;

static fraction_terms terms_of(int m, double a, double b, double x, double y, double d) {
  double n = a + b, q = a + 2.0 * m - 1.0, r = q + 2.0;
  double rest = 1.0 - d + m * (2.0 - x);
  fraction_terms t;
  if (m == 0) {
    t.b = rest / r;
    t.b_slopes[0] = (y - t.b) / r;
    t.b_slopes[1] = -x / r;
    return t;
  }
  double first = m == 1 ? 1.0 : a + m - 1.0;
  double base = first / q * ((n + m - 1.0) / q) * m * x * x;
  t.a = base * (b - m);
  t.a_slopes[0] = t.a * ((m == 1 ? 0.0 : 1.0 / first) + 1.0 / (n + m - 1.0) - 2.0 / q);
  t.a_slopes[1] = t.a / (n + m - 1.0) + base;
  double inner = m * (b - m) * x / q, share = (a + m) / r;
  t.b = m + inner + share * rest;
  t.b_slopes[0] = -inner / q + share * y + rest / r * (1.0 - share);
  t.b_slopes[1] = m * x / q - share * x;
  return t;
}

// For x < (a + 1) / (a + b + 2).
static beta_parts by_fraction(double a, double b, unit_pair u) {
  double n = a + b, d = distance(a, b, u);
  fraction_terms t = terms_of(0, a, b, u.x, u.y, d);
  lv_fraction f = lv_fraction_start(t.b, t.b_slopes[0], t.b_slopes[1]);
  for (int m = 1; m < MOST_TERMS; m++) {
    t = terms_of(m, a, b, u.x, u.y, d);
    if (lv_fraction_step(&f, t.a, t.a_slopes, t.b, t.b_slopes)) break;
  }
  double value = beta_factor(a, b, u) / a * f.value;
  beta_parts parts = {.lower = value, .upper = 1.0 - value};
  parts.slopes[0] = value * (log_slope(a, n, u.x, d, 1) + f.slopes[0]);
  parts.slopes[1] = value * (log_slope(b, n, u.y, -d, 0) + f.slopes[1]);
  if (a < 1.0 && value > 0.5) parts.upper = upper_of_small(a, b, u.x);
  return parts;
}

static beta_parts of_inner(double a, double b, unit_pair u) {
  if (u.x <= (a + 1.0) / (a + b + 2.0)) return by_fraction(a, b, u);
  beta_parts other = by_fraction(b, a, turned(u));
  return (beta_parts){other.upper, other.lower, {-other.slopes[1], -other.slopes[0]}};
}

static beta_parts compute(double a, double b, unit_pair u) {
  double x = u.x;
  int outside = !(a >= 0.0 && b >= 0.0 && x >= 0.0 && x <= 1.0);
  if (outside || (a == 0.0 && b == 0.0) || (a == LV_INF_F64 && b == LV_INF_F64)) {
    return (beta_parts){LV_NAN_F64, LV_NAN_F64, {LV_NAN_F64, LV_NAN_F64}};
  }
  int below = x == 0.0 || ((b == 0.0 || a == LV_INF_F64) && x < 1.0);
  int above = x == 1.0 || ((a == 0.0 || b == LV_INF_F64) && x > 0.0);
  if (below) return (beta_parts){0.0, 1.0, {0.0, 0.0}};
  if (above) return (beta_parts){1.0, 0.0, {0.0, 0.0}};
  return of_inner(a, b, u);
}

double lv_beta_i(double a, double b, double x) { return compute(a, b, pair_from(x)).lower; }

double lv_beta_first_slope(double a, double b, double x) {
  return compute(a, b, pair_from(x)).slopes[0];
}

double lv_beta_second_slope(double a, double b, double x) {
  return compute(a, b, pair_from(x)).slopes[1];
}

double lv_beta_density(double a, double b, double x) {
  if (!(a >= 0.0 && b >= 0.0 && x >= 0.0 && x <= 1.0)) return LV_NAN_F64;
  double end = x == 0.0 ? a : b, other = x == 0.0 ? b : a;
  if (x == 0.0 || x == 1.0) return end < 1.0 ? LV_INF_F64 : end == 1.0 ? other : 0.0;
  if (a == 0.0 || b == 0.0 || a == LV_INF_F64 || b == LV_INF_F64) return 0.0;
  unit_pair u = pair_from(x);
  return beta_factor(a, b, u) / u.x / u.y;
}

// MARK: The inverse

// The number whose logit is t.
static unit_pair pair_from_logit(double t) {
  double e = exp(-__builtin_fabs(t));
  unit_pair u = pair_from(e / (1.0 + e));
  return t < 0.0 ? u : turned(u);
}

// Both sides' logarithms are concave functions of t = logit x, so Newton's steps on the smaller of
// them converge from one side after the first; a bracket catches steps that overflow.
static double find_beta(double a, double b, double p, double q) {
  double low = -746.0, high = 746.0;
  double z = lv_rough_normal_quantile(p, q);
  double t = log(a / b) + z * __builtin_elementwise_sqrt(1.0 / a + 1.0 / b);
  if (!(t > low && t < high)) t = 0.0;
  for (int step = 0; step < MOST_STEPS; step++) {
    unit_pair u = pair_from_logit(t);
    beta_parts parts = compute(a, b, u);
    double tail = p <= q ? parts.lower : parts.upper;
    double miss = p <= q ? log(tail / p) : log(q / tail);
    double move = -miss * tail / beta_factor(a, b, u);
    if (__builtin_fabs(move) < 1e-9) return u.x + u.x * u.y * move;
    *(miss > 0.0 ? &high : &low) = t;
    t += move;
    if (!(t > low && t < high)) t = 0.5 * (low + high);
    if (high < -745.0) return 0.0;
    if (low > 745.0) return 1.0;
  }
  return pair_from_logit(t).x;
}

double lv_beta_i_inverse(double a, double b, double p) {
  if (!(a > 0.0 && b > 0.0 && p >= 0.0 && p <= 1.0)) return LV_NAN_F64;
  return p == 0.0 || p == 1.0 ? p : find_beta(a, b, p, 1.0 - p);
}
