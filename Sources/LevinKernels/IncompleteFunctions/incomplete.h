// Incomplete gamma and beta functions in double precision; what the loops over elements call.
#ifndef LEVIN_INCOMPLETE_H
#define LEVIN_INCOMPLETE_H

// P(a, x) and Q(a, x), regularised; NaN for a < 0 or x < 0.
double lv_gamma_p(double a, double x);
double lv_gamma_q(double a, double x);
// The derivative of P with respect to x: x^(a-1) e^-x / gamma(a).
double lv_gamma_density(double a, double x);
// The derivative of P with respect to a.
double lv_gamma_shape_slope(double a, double x);
// The x for which P(a, x) = p, and for which Q(a, x) = q.
double lv_gamma_p_inverse(double a, double p);
double lv_gamma_q_inverse(double a, double q);

// I_x(a, b), regularised; NaN for a < 0, b < 0 or x outside [0, 1].
double lv_beta_i(double a, double b, double x);
// Its derivatives with respect to x, which is x^(a-1) (1-x)^(b-1) / beta(a, b), a and b.
double lv_beta_density(double a, double b, double x);
double lv_beta_first_slope(double a, double b, double x);
double lv_beta_second_slope(double a, double b, double x);
// The x for which I_x(a, b) = p.
double lv_beta_i_inverse(double a, double b, double p);

#endif
