"""The works of the benchmark, by pandas, scikit-learn and imbalanced-learn:
with_sklearn.py copy|median|standard|quantile|power|profile|split|smote|seven FILE [PREFIX]"""
import sys

import pandas as pd

work, path = sys.argv[1:3]
prefix = sys.argv[3] if len(sys.argv) > 3 else "x"
frame = pd.read_csv(path)
xs = [c for c in frame.columns if c.startswith(prefix)]
if work == "median":
    from sklearn.impute import SimpleImputer
    frame[xs] = SimpleImputer(strategy="median").fit_transform(frame[xs])
elif work == "standard":
    from sklearn.preprocessing import StandardScaler
    frame[xs] = StandardScaler().fit_transform(frame[xs])
elif work == "quantile":
    from sklearn.preprocessing import QuantileTransformer
    frame[xs] = QuantileTransformer(subsample=None).fit_transform(frame[xs])
elif work == "power":
    from sklearn.preprocessing import PowerTransformer
    frame[xs] = PowerTransformer().fit_transform(frame[xs])
elif work == "profile":
    # what pandas has ready of what a profile says; skewness and kurtosis, patterns and correlations as a report would have them
    told, holes = frame.describe(include="all"), frame.isna()
    more = {"skew": frame[xs].skew(), "kurtosis": frame[xs].kurt(), "missing": holes.sum(), "distinct": frame.nunique()}
    patterns, together, correlation = holes.value_counts(), holes.corr(), frame[xs].corr()
    print("column,measure,value")
    for name in frame.columns:
        figures = {ours: told[name][theirs] for ours, theirs in (("n", "count"), ("mean", "mean"), ("sd", "std"), ("min", "min"), ("q25", "25%"),
                   ("median", "50%"), ("q75", "75%"), ("max", "max"))}
        figures.update({measure: values[name] for measure, values in more.items() if name in values})
        for measure, value in figures.items():
            if value == value:
                print(name, measure, repr(float(value)), sep=",")
    sys.exit()
elif work == "split":
    from sklearn.model_selection import train_test_split
    train, test = train_test_split(frame.index, test_size=.25, stratify=frame["label"], random_state=7)
    frame["_split"] = "train"
    frame.loc[test, "_split"] = "test"
elif work == "smote":
    from imblearn.over_sampling import SMOTE
    x, y = SMOTE(random_state=7).fit_resample(frame[xs], frame["label"])
    frame = pd.concat([x, y], axis=1)
elif work == "seven":
    from sklearn.impute import SimpleImputer
    from sklearn.model_selection import train_test_split
    from sklearn.preprocessing import OneHotEncoder, StandardScaler
    from sklearn.utils.class_weight import compute_sample_weight
    train, test = train_test_split(frame.index, test_size=.25, stratify=frame["label"], random_state=7)
    frame["_split"] = "train"
    frame.loc[test, "_split"] = "test"
    frame["city"] = frame["city"].str.strip()
    frame[xs] = SimpleImputer(strategy="median").fit(frame.loc[train, xs]).transform(frame[xs])
    frame["_weight"] = 1.0
    frame.loc[train, "_weight"] = compute_sample_weight("balanced", frame.loc[train, "label"])
    encoder = OneHotEncoder(sparse_output=False).fit(frame.loc[train, ["city"]])
    frame[encoder.get_feature_names_out()] = encoder.transform(frame[["city"]])
    frame = frame.drop(columns="city")
    frame[xs] = StandardScaler().fit(frame.loc[train, xs]).transform(frame[xs])
frame.to_csv(sys.stdout, index=False)
