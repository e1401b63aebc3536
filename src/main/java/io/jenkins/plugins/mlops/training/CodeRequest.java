package io.jenkins.plugins.mlops.training;

import edu.umd.cs.findbugs.annotations.CheckForNull;
import java.io.Serializable;

/**
 * Which files a training on a cluster wants of the code's tree.
 *
 * @param specification path of the specification in the tree; null when the step says all, and the code is the whole tree
 * @param codeInImage whether the code is in the image where the specification does not say
 */
record CodeRequest(@CheckForNull String specification, boolean codeInImage) implements Serializable {}
