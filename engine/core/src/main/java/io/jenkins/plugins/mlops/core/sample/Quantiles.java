package io.jenkins.plugins.mlops.core.sample;

/**
 * Upper quantiles of the standard normal and of Student's distribution. StrictMath, so that they are the same bits on every
 * machine.
 */
final class Quantiles {

    private static final double CENTRAL = 0.425;

    private Quantiles() {}

    /** What a standard normal number exceeds with this probability, by Wichura's algorithm AS 241 (16 digits). */
    static double normal(double tail) {
        double q = 0.5 - tail;
        if (Math.abs(q) <= CENTRAL) {
            double r = CENTRAL * CENTRAL - q * q;
            return q
                    * polynomial(
                            r,
                            3.3871328727963666080e0,
                            1.3314166789178437745e+2,
                            1.9715909503065514427e+3,
                            1.3731693765509461125e+4,
                            4.5921953931549871457e+4,
                            6.7265770927008700853e+4,
                            3.3430575583588128105e+4,
                            2.5090809287301226727e+3)
                    / polynomial(
                            r,
                            1,
                            4.2313330701600911252e+1,
                            6.8718700749205790830e+2,
                            5.3941960214247511077e+3,
                            2.1213794301586595867e+4,
                            3.9307895800092710610e+4,
                            2.8729085735721942674e+4,
                            5.2264952788528545610e+3);
        }
        double r = StrictMath.sqrt(-StrictMath.log(Math.min(tail, 1 - tail)));
        return Math.copySign(r <= 5 ? near(r - 1.6) : far(r - 5), q);
    }

    private static double near(double r) {
        return polynomial(
                        r,
                        1.42343711074968357734e0,
                        4.63033784615654529590e0,
                        5.76949722146069140550e0,
                        3.64784832476320460504e0,
                        1.27045825245236838258e0,
                        2.41780725177450611770e-1,
                        2.27238449892691845833e-2,
                        7.74545014278341407640e-4)
                / polynomial(
                        r,
                        1,
                        2.05319162663775882187e0,
                        1.67638483018380384940e0,
                        6.89767334985100004550e-1,
                        1.48103976427480074590e-1,
                        1.51986665636164571966e-2,
                        5.47593808499534494600e-4,
                        1.05075007164441684324e-9);
    }

    private static double far(double r) {
        return polynomial(
                        r,
                        6.65790464350110377720e0,
                        5.46378491116411436990e0,
                        1.78482653991729133580e0,
                        2.96560571828504891230e-1,
                        2.65321895265761230930e-2,
                        1.24266094738807843860e-3,
                        2.71155556874348757815e-5,
                        2.01033439929228813265e-7)
                / polynomial(
                        r,
                        1,
                        5.99832206555887937690e-1,
                        1.36929880922735805310e-1,
                        1.48753612908506148525e-2,
                        7.86869131145613259100e-4,
                        1.84631831751005468180e-5,
                        1.42151175831644588870e-7,
                        2.04426310338993978564e-15);
    }

    /**
     * What a number of Student's distribution exceeds with this probability, by the series of Abramowitz and Stegun 26.7.5; good
     * to a percent from 9 degrees of freedom on down to a tail of 0.0001.
     */
    static double student(double tail, int degrees) {
        double z = normal(tail);
        double z2 = z * z;
        double v = degrees;
        return z
                + z * (z2 + 1) / (4 * v)
                + z * polynomial(z2, 3, 16, 5) / (96 * v * v)
                + z * polynomial(z2, -15, 17, 19, 3) / (384 * v * v * v)
                + z * polynomial(z2, -945, -1920, 1482, 776, 79) / (92160 * v * v * v * v);
    }

    private static double polynomial(double x, double... coefficients) {
        double value = 0;
        for (int i = coefficients.length - 1; i >= 0; i--) {
            value = value * x + coefficients[i];
        }
        return value;
    }
}
