package io.jenkins.plugins.mlops.core.diagnosis;

import io.fabric8.kubernetes.api.model.Quantity;
import java.math.BigDecimal;

/** Kubernetes' quantities as numbers. */
final class Amounts {

    private Amounts() {}

    /** As a comparator does; 0 when one of them is no quantity. */
    static int compare(String one, String other) {
        try {
            return of(one).compareTo(of(other));
        } catch (IllegalArgumentException e) {
            return 0;
        }
    }

    /** @throws IllegalArgumentException when it is none */
    static BigDecimal of(String quantity) {
        return new Quantity(quantity).getNumericalAmount();
    }
}
