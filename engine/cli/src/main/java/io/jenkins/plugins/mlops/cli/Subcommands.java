package io.jenkins.plugins.mlops.cli;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * The commands of a group, in the order in which help lists them. Picocli's own attribute would have all of them made by reflection, whichever
 * is named: a quarter of the time in which {@code mlops dataset pull} starts.
 */
@Retention(RetentionPolicy.RUNTIME)
@Target(ElementType.TYPE)
public @interface Subcommands {
    Class<?>[] value();
}
