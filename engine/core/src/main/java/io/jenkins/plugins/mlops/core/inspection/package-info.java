/**
 * Checks of image sets: what is in them, what of it is broken, and what they share with another set; {@code docs/dataset-checks.md}.
 * Files are hostile until they have been read: nothing in one makes a check use more than bounded memory, reach for another file, or
 * fail.
 */
package io.jenkins.plugins.mlops.core.inspection;
